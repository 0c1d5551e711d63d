// Decides how NOTIFY reaches the program: as coalesced hints, with one for everything after a gap.

import CPostgres
public import Logging

/// Something may have changed; look.
public struct PostgresHint: Hashable, Sendable {
  /// The channel.
  public let channel: String
  /// The notification's payload; `nil`: some were dropped or missed, look at everything.
  public let payload: String?

  /// Names a hint.
  public init(channel: String, payload: String?) {
    self.channel = channel
    self.payload = payload
  }
}

/// A connection of its own that listens on channels and offers what it hears as ``PostgresHints``.
///
/// Notifications are hints, not messages: equal ones are merged, many become one without a payload,
/// and each time the connection is made every channel gets one without a payload.
public final class PostgresListener: Sendable {
  /// What was heard and not yet taken. One task may iterate it.
  public let hints: PostgresHints
  private let thread: ConnectionThread

  /// Starts the thread, which connects and listens.
  public init(
    _ configuration: PostgresConfiguration, channels: [String], name: String = "pg-listener",
    logger: Logger
  ) {
    let hints = PostgresHints()
    self.hints = hints
    thread = ConnectionThread(
      configuration, name: name, worker: ListenerWorker(channels: channels, hints: hints),
      logger: logger)
  }

  /// True while there is a connection.
  public var isConnected: Bool { thread.isConnected }

  /// Ends the thread and the sequence of hints.
  public func shutdown() async {
    await thread.shutdown()
  }
}

/// Listens on each new connection and passes on what comes.
private final class ListenerWorker: PostgresWorker {
  private let channels: [String]
  private let hints: PostgresHints
  /// The backend that LISTEN was sent to.
  private let listening = Locked<Int32>(0)

  init(channels: [String], hints: PostgresHints) {
    self.channels = channels
    self.hints = hints
  }

  func work(on connection: PostgresConnection) -> Bool {
    if listening.withLock({ $0 }) != connection.backendPID {
      let script = channels.map { "LISTEN \(SQLText.identifier($0));" }.joined(separator: "\n")
      do {
        try connection.script(script)
      } catch {
        // A standby, for one, takes no LISTEN: try again on a new connection, after a pause.
        connection.abandon(error as? PostgresError)
        return false
      }
      listening.withLock { $0 = connection.backendPID }
      // What was notified while nobody listened is unknown.
      hints.offer(channels.map { PostgresHint(channel: $0, payload: nil) })
    }
    let heard = connection.takeNotifications()
    if !heard.isEmpty { hints.offer(heard) }
    return false
  }

  func fail(_ error: PostgresError) {
    listening.withLock { $0 = 0 }
  }

  func stop() {
    hints.finish()
  }
}

extension PostgresConnection {
  /// The notifications read so far.
  func takeNotifications() -> [PostgresHint] {
    var heard: [PostgresHint] = []
    while let notification = PQnotifies(handle) {
      heard.append(
        PostgresHint(
          channel: String(cString: notification.pointee.relname),
          payload: String(cString: notification.pointee.extra)))
      PQfreemem(notification)
    }
    return heard
  }
}
