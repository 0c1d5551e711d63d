// Decides how log lines are written: a group commit of their own, which never locks a run.

public import Logging
public import MartletPostgres

/// How much one batch of lines and the queue before it may hold.
public struct LogLimits: Sendable {
  /// Most lines in one transaction.
  public var linesPerBatch = 4096
  /// Most bytes in one transaction.
  public var bytesPerBatch = 4 << 20
  /// Most bytes that may wait.
  public var waitingBytes = 32 << 20

  /// The defaults.
  public init() {}
}

/// What became of lines.
public struct LogReceipt: Sendable, Equatable {
  /// How many were new.
  public var new: Int
  /// The places of those that were dropped, for their runs were deleted.
  public var dropped: [Int]
  /// The places of those that were not taken, for other processes have their runs.
  public var fenced: [Int: WriterFence]

  /// Makes a receipt.
  public init(new: Int = 0, dropped: [Int] = [], fenced: [Int: WriterFence] = [:]) {
    self.new = new
    self.dropped = dropped
    self.fenced = fenced
  }
}

/// Commits log lines in groups. Writing a line again changes nothing.
public final class LogBatcher: Sendable {
  private let queue: RowQueue<LogLine, LogReceipt>
  private let writer: PostgresWriter

  /// Starts the writer, which connects at once.
  public init(
    _ configuration: PostgresConfiguration, limits: LogLimits = LogLimits(), logger: Logger,
    afterCommit: @escaping @Sendable () -> Void = {}
  ) {
    let queue = RowQueue<LogLine, LogReceipt>(limits: limits, of: "log")
    self.queue = queue
    writer = PostgresWriter(
      configuration, name: "pg-logs",
      worker: LogWriter(queue: queue, logger: logger, afterCommit: afterCommit), logger: logger)
  }

  /// Writes lines and waits until they are durable. Lines of deleted runs are dropped, and those of processes that say
  /// that they have their runs but do not are not taken.
  /// - Returns: How many were new, and which were not kept.
  /// - Throws: `invalid` if one line cannot be stored, then none is written; `resourceExhausted`;
  ///   `unavailable`: write the same again.
  public func write(_ lines: [LogLine]) async throws(StoreError) -> LogReceipt {
    for line in lines { try line.validate() }
    if lines.isEmpty { return LogReceipt() }
    let result = await withCheckedContinuation { continuation in
      let submission = RowSubmission<LogLine, LogReceipt>(
        rows: lines, weight: lines.reduce(0) { $0 + $1.weight },
        completion: { continuation.resume(returning: $0) })
      if let refusal = queue.submit(submission) {
        continuation.resume(returning: .failure(refusal))
      } else {
        writer.wake()
      }
    }
    return try result.get()
  }

  /// Waits until there is a connection.
  /// - Throws: `unavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws(StoreError) {
    do { try await writer.waitUntilConnected(timeout: timeout) } catch {
      throw StoreError(reading: error)
    }
  }

  /// Refuses new lines, finishes what waits, ends the writer.
  public func shutdown() async {
    queue.close()
    writer.wake()
    await queue.drain()
    await writer.shutdown()
  }
}
