// Decides what happens to runs whose time has come: late starts, timeouts, ends of pauses, bounds of CANCELLING.

import MartletModel
import MartletStore

/// Puts passed due times to the state machine.
public struct DueRunner: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Deals with what is due; pauses until the next run is, at most the set interval.
  public func step() async throws -> Duration {
    let runs = try await store.takeDueRuns(limit: settings.chunk, hold: settings.hold)
    if !runs.isEmpty {
      _ = try await store.transitions.submit(runs.map { .dueTimePassed($0) })
      return .zero
    }
    guard let next = try await store.timeToNextDueRun() else {
      return settings.dueInterval
    }
    // A due run that another replica has taken counts as negative: do not spin for it.
    return min(settings.dueInterval, max(.milliseconds(20), .microseconds(next.microseconds)))
  }
}
