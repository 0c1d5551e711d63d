// Decides how a writer is offered to the store: a thread with a connection that pulls its own work.

public import Logging

/// A thread with one connection which calls a ``PostgresWorker``, for work that is batched by whoever
/// brings it: the worker pops its queue itself, so nothing is handed over per item.
public final class PostgresWriter: Sendable {
  private let thread: ConnectionThread

  /// Starts the thread, which connects at once.
  public init(
    _ configuration: PostgresConfiguration, name: String = "pg-writer",
    worker: any PostgresWorker, logger: Logger
  ) {
    thread = ConnectionThread(configuration, name: name, worker: worker, logger: logger)
  }

  /// Says that there is work. A few nanoseconds if the worker is busy, one system call if it sleeps.
  /// - Returns: Whether it slept.
  @discardableResult
  public func wake() -> Bool { thread.wake() }

  /// True while there is a connection.
  public var isConnected: Bool { thread.isConnected }

  /// Why there is no connection, if there is none.
  public var lastError: PostgresError? { thread.lastError }

  /// Waits until there is a connection.
  /// - Throws: ``PostgresError`` of kind `connectionUnavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws {
    try await thread.waitUntilConnected(timeout)
  }

  /// Ends the thread after the work at hand and waits for it.
  public func shutdown() async {
    await thread.shutdown()
  }
}
