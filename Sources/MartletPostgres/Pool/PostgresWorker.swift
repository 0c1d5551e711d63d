// Decides what runs on a connection's thread, and what it is told while there is no connection.

/// The work of one connection thread. Its methods are called on that thread only, one at a time.
public protocol PostgresWorker: Sendable {
  /// Takes what waits and runs it. Called after every ``PostgresWriter/wake()``, and again at once as
  /// long as it returns true.
  ///
  /// It may block in the connection. If it leaves the connection broken, a new one is made.
  /// - Returns: True if there is more to do.
  func work(on connection: PostgresConnection) -> Bool

  /// Fails what waits: there is no connection. Called when one is lost, after each failed attempt to
  /// make one, and after every wake until one is made.
  func fail(_ error: PostgresError)

  /// The thread is ending; fail what waits for good. Called once, last.
  func stop()
}
