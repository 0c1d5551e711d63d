// Decides how the health of a server is kept: one status for each service, the empty name for the whole,
// set by whoever knows and heard by whoever watches.

import NIOConcurrencyHelpers

/// The health of a server's services.
public final class HealthState: Sendable {
  /// Whether a service serves.
  public enum Status: Sendable, Equatable {
    /// It answers calls.
    case serving
    /// It does not, for now.
    case notServing
  }

  private struct Content {
    var statuses: [String: Status] = ["": .notServing]
    var watchers: [Int: (service: String, tell: AsyncStream<Status?>.Continuation)] = [:]
    var nextWatcher = 0
    var isShutDown = false
  }
  private let content = NIOLockedValueBox(Content())

  /// Makes a state in which the server as a whole does not serve yet.
  public init() {}

  /// Sets the status of a service; the empty name means the server as a whole.
  public func set(_ status: Status, for service: String = "") {
    content.withLockedValue { content in
      guard !content.isShutDown, content.statuses[service] != status else { return }
      content.statuses[service] = status
      for watcher in content.watchers.values where watcher.service == service {
        watcher.tell.yield(status)
      }
    }
  }

  /// The status of a service; nil when nobody set one.
  public func status(of service: String = "") -> Status? {
    content.withLockedValue { $0.statuses[service] }
  }

  /// The status of every service.
  public var all: [String: Status] { content.withLockedValue { $0.statuses } }

  /// Says for good that nothing serves, and ends every watch, so that a server can drain.
  public func shutDown() {
    let watchers = content.withLockedValue { content in
      content.isShutDown = true
      for service in content.statuses.keys { content.statuses[service] = .notServing }
      return content.watchers.values.map(\.tell)
    }
    // Outside the lock: the end of a stream comes back as `forget`.
    for watcher in watchers {
      watcher.yield(.notServing)
      watcher.finish()
    }
  }

  /// The status of a service now and at each change, nil while nobody has set one. A slow reader sees the
  /// newest only.
  func watch(_ service: String) -> AsyncStream<Status?> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let isShutDown = content.withLockedValue { content in
        let id = content.nextWatcher
        content.nextWatcher += 1
        content.watchers[id] = (service, continuation)
        continuation.onTermination = { [weak self] _ in self?.forget(id) }
        continuation.yield(content.statuses[service])
        return content.isShutDown
      }
      if isShutDown { continuation.finish() }
    }
  }

  private func forget(_ id: Int) { content.withLockedValue { $0.watchers[id] = nil } }
}
