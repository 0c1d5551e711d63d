// Decides how a batch of log lines is written, and what happens when a line of it is refused.

import Logging
import MartletModel
import MartletPostgres
import Metrics

/// Pops lines on the writer's thread and commits them.
final class LogWriter: PostgresWorker {
  private let queue: RowQueue<LogLine, LogReceipt>
  private let logger: Logger
  private let afterCommit: @Sendable () -> Void
  private let batchSize = Metrics.Recorder(label: "martlet_log_batch_lines")

  init(
    queue: RowQueue<LogLine, LogReceipt>, logger: Logger,
    afterCommit: @escaping @Sendable () -> Void
  ) {
    self.queue = queue
    self.logger = logger
    self.afterCommit = afterCommit
  }

  func work(on connection: PostgresConnection) -> Bool {
    let batch = queue.take()
    guard !batch.isEmpty else { return false }
    batchSize.record(batch.reduce(0) { $0 + $1.rows.count })
    do {
      let written = try write(batch.flatMap(\.rows), on: connection)
      var start = 0
      for submission in batch {
        let end = start + submission.rows.count
        submission.completion(.success(LogReceipt(written[start..<end])))
        start = end
      }
      if written.contains(.new) { afterCommit() }
    } catch {
      alone(batch, after: error, on: connection)
    }
    queue.finish()
    return true
  }

  /// After a batch failed: if a value is at fault, each caller's lines on their own.
  private func alone(
    _ batch: [RowSubmission<LogLine, LogReceipt>], after error: any Error,
    on connection: PostgresConnection
  ) {
    let isData = (error as? PostgresError).map { $0.isCausedByData && connection.isUsable } ?? false
    guard isData, batch.count > 1 else {
      logger.warning("lines of \(batch.count) callers were not written: \(error)")
      for submission in batch { submission.completion(.failure(StoreError(reading: error))) }
      return
    }
    for submission in batch {
      do {
        let written = try write(submission.rows, on: connection)
        submission.completion(.success(LogReceipt(written[...])))
      } catch {
        submission.completion(.failure(StoreError(reading: error)))
      }
    }
    afterCommit()
  }

  func fail(_ error: PostgresError) { queue.fail(StoreError(error)) }

  func stop() {
    queue.fail(.unavailable(retryAfter: .seconds(1), message: "the server is shutting down"))
  }

  /// Writes lines in one transaction; says of each what became of it.
  private func write(_ lines: [LogLine], on connection: PostgresConnection) throws -> [LogFate] {
    // Sorted by key, so that two replicas that write the same lines never wait for each other in turn.
    let order = lines.indices.sorted { lines[$0].position < lines[$1].position }
    let rows = order.map { lines[$0] }
    let received = Instant.systemClock
    let claims = WriterClaims(rows.lazy.compactMap(\.claim))
    var attempts = 0
    while true {
      do {
        let (new, deleted, fences) = try connection.transaction { pipeline in
          let inserting = try pipeline.execute(SQL.insertLogs) {
            $0.bindArray(count: rows.count) { rows[$0].runID }
            $0.bindArray(count: rows.count) { rows[$0].time }
            $0.bindArray(count: rows.count) { rows[$0].executionID }
            $0.bindArray(count: rows.count) { rows[$0].line }
            $0.bindArray(count: rows.count) { rows[$0].namespace }
            $0.bindArray(count: rows.count) { rows[$0].level }
            $0.bindArray(count: rows.count) { rows[$0].logger }
            $0.bindArray(count: rows.count) { rows[$0].message }
            $0.bindArray(of: PostgresJSON.self, count: rows.count) {
              rows[$0].fields.isEmpty ? nil : PostgresJSON(rows[$0].fields)
            }
            $0.bindArray(count: rows.count) { _ in received }
            $0.bindArray(count: rows.count) { rows[$0].claim?.epoch }
            claims.bind(to: &$0)
          }
          // As those of deleted runs: who is fenced off stays so.
          let fencing =
            claims.isEmpty
            ? nil : try pipeline.execute(SQL.findFencedWriters) { claims.bind(to: &$0) }
          // After them, so that no line is told as kept whose run was deleted meanwhile.
          let finding = try pipeline.execute(SQL.findRemovedRuns) {
            $0.bindArray(Set(rows.map(\.runID)).sorted())
          }
          let new = try pipeline.receive(inserting).map { row throws(PostgresError) in
            LogPosition(
              time: try row.get(1), runID: try row.get(0), executionID: try row.get(2),
              line: try row.get(3))
          }
          if let first = new.min(), let last = new.max() {
            try pipeline.execute(SQL.insertLogFeed) {
              $0.bindArray(Set(new.map(\.runID)).sorted())
              $0.bind(first.time)
              $0.bind(last.time)
            }
          }
          let deleted = try pipeline.receive(finding)
            .map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
          var fences: [WriterClaims.Key: WriterFence] = [:]
          if let fencing {
            try pipeline.receive(fencing).forEach { row throws(PostgresError) in
              fences[try WriterClaims.Key(row)] = try WriterFence(row)
            }
          }
          return (Set(new), Set(deleted), fences)
        }
        var fates = Array(repeating: LogFate.old, count: lines.count)
        var left = new
        for index in order {
          if deleted.contains(lines[index].runID) {
            fates[index] = .dropped
          } else if left.remove(lines[index].position) != nil {
            fates[index] = .new
          } else if let fence = lines[index].claim.flatMap({ fences[$0.key] }) {
            fates[index] = .fenced(fence)
          }
        }
        return fates
      } catch let error as PostgresError where error.isRetryable && attempts < 8 {
        attempts += 1
      }
    }
  }
}

/// What became of a line.
private enum LogFate: Equatable {
  /// It was written.
  case new
  /// It had been written before.
  case old
  /// Its run was deleted.
  case dropped
  /// Its writer has the run no longer.
  case fenced(WriterFence)
}

extension LogReceipt {
  fileprivate init(_ fates: ArraySlice<LogFate>) {
    new = fates.count { $0 == .new }
    dropped = zip(0..., fates).compactMap { $1 == .dropped ? $0 : nil }
    fenced = [:]
    for (place, fate) in zip(0..., fates) {
      if case .fenced(let fence) = fate { fenced[place] = fence }
    }
  }
}
