// Decides how readers share connections: a bounded queue in front of a few connection threads.

public import Logging

/// A few connections, each with its thread, that run closures in the order they come.
public final class PostgresPool: Sendable {
  private let queue: PoolQueue
  private let threads: [ConnectionThread]

  /// Starts the threads, which connect at once.
  /// - Parameters:
  ///   - size: The number of connections.
  ///   - queueLimit: How many closures may wait; more are refused with `overloaded`.
  public init(
    _ configuration: PostgresConfiguration, size: Int, queueLimit: Int = 1024,
    name: String = "pg-reader", logger: Logger
  ) {
    let queue = PoolQueue(limit: queueLimit)
    let threads = (0..<max(1, size)).map { index in
      ConnectionThread(
        configuration, name: "\(name)-\(index)", worker: PoolWorker(queue, index: index),
        logger: logger)
    }
    self.queue = queue
    self.threads = threads
    queue.setWakers(threads.map { thread in { _ = thread.wake() } })
  }

  /// Runs a closure on a connection's thread.
  ///
  /// If the calling task is cancelled or the deadline passes, a waiting closure is not started and
  /// the statement of a running one is cancelled on the server.
  /// - Throws: what the closure throws; ``PostgresError``: `connectionUnavailable`, `overloaded`,
  ///   `deadlineExceeded`, `cancelled`, `connectionLost`.
  public func read<Result: Sendable>(
    deadline: ContinuousClock.Instant? = nil,
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await queue.run(deadline: deadline, body)
  }

  /// The number of connections that are up, and of closures that wait.
  public var load: (connected: Int, size: Int, waiting: Int, running: Int) {
    let (waiting, running) = queue.load
    return (threads.count { $0.isConnected }, threads.count, waiting, running)
  }

  /// Waits until every connection is made.
  /// - Throws: ``PostgresError`` of kind `connectionUnavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws {
    for thread in threads { try await thread.waitUntilConnected(timeout) }
  }

  /// Refuses new closures, finishes those that run, ends the threads.
  public func shutdown() async {
    queue.close()
    for thread in threads { await thread.shutdown() }
  }
}
