// Decides the life of a background service: step, pause, step again; back off while the database is
// away; stop at once when asked.

import Logging
import MartletStore
public import ServiceLifecycle

/// A service that does its work in steps.
///
/// A step that throws is tried again after a pause that doubles up to 5 seconds; it never ends the
/// process. A step is one pass, so tests drive it without any clock.
public protocol PacedService: Service {
  /// What the services of the engine share.
  var context: EngineContext { get }

  /// Does one pass.
  /// - Returns: How long to pause before the next.
  func step() async throws -> Duration

  /// Called once at the end, when the server stops in order.
  func stop() async
}

extension PacedService {
  var store: Store { context.store }
  var settings: EngineSettings { context.settings }
  var logger: Logger { context.logger }

  /// Does nothing.
  public func stop() async {}

  /// Does passes until the server stops.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      var pause = Duration.zero
      var failurePause = Duration.milliseconds(100)
      while !Task.isCancelled {
        do {
          pause = try await step()
          failurePause = .milliseconds(100)
        } catch {
          if Task.isCancelled { break }
          logger.warning("\(Self.self) will try again in \(failurePause): \(error)")
          pause = failurePause
          failurePause = min(failurePause * 2, .seconds(5))
        }
        if pause > .zero { try? await context.clock.sleep(for: pause) } else { await Task.yield() }
      }
    }
    await stop()
  }
}
