// Decides how a batch of events is written, and what happens when one of them is refused.

import Logging
import MartletModel
import MartletPostgres
import Metrics

/// Pops events on the writer's thread and commits them.
final class EventWriter: PostgresWorker {
  private let queue: RowQueue<Event, Int>
  private let crew: WriterCrew
  private let logger: Logger
  private let afterCommit: @Sendable () -> Void
  private let batchSize = Metrics.Recorder(label: "martlet_event_batch_size")

  init(
    queue: RowQueue<Event, Int>, crew: WriterCrew, logger: Logger,
    afterCommit: @escaping @Sendable () -> Void
  ) {
    self.queue = queue
    self.crew = crew
    self.logger = logger
    self.afterCommit = afterCommit
  }

  func work(on connection: PostgresConnection) -> Bool {
    let batch = queue.take()
    guard !batch.isEmpty else { return false }
    batchSize.record(batch.reduce(0) { $0 + $1.rows.count })
    do {
      var new = try write(batch.flatMap(\.rows), on: connection)
      if !new.isEmpty { afterCommit() }
      for submission in batch {
        // Of an event that two sent at once, the first is told that it was new.
        submission.completion(.success(submission.rows.count { new.remove($0.id) != nil }))
      }
    } catch {
      alone(batch, after: error, on: connection)
    }
    queue.finish()
    return true
  }

  /// After a batch failed: if a value is at fault, each caller's events on their own.
  private func alone(
    _ batch: [RowSubmission<Event, Int>], after error: any Error, on connection: PostgresConnection
  ) {
    let isData = (error as? PostgresError).map { $0.isCausedByData && connection.isUsable } ?? false
    guard isData, batch.count > 1 else {
      logger.warning("events of \(batch.count) callers were not written: \(error)")
      for submission in batch { submission.completion(.failure(StoreError(reading: error))) }
      return
    }
    for submission in batch {
      do {
        submission.completion(.success(try write(submission.rows, on: connection).count))
      } catch {
        submission.completion(.failure(StoreError(reading: error)))
      }
    }
    afterCommit()
  }

  func fail(_ error: PostgresError) {
    if !crew.takeOver() { queue.fail(StoreError(error)) }
  }

  func stop() {
    queue.fail(.unavailable(retryAfter: .seconds(1), message: "the server is shutting down"))
  }

  /// Writes events in one transaction; returns those that were new.
  private func write(_ events: [Event], on connection: PostgresConnection) throws -> Set<ObjectID> {
    // Sorted by id, so that two replicas that write the same events never wait for each other in turn.
    let rows = events.sorted { $0.id < $1.id }
    let received = Instant.systemClock
    // Hardly any event is published twice.
    var areNew = true
    var attempts = 0
    while true {
      do {
        return try connection.transaction { pipeline in
          var new = Set(rows.lazy.map(\.id))
          if areNew {
            try pipeline.execute(SQL.insertNewEvents) { Self.bind(rows, to: &$0) { _ in received } }
          } else {
            new = Set(
              try pipeline.query(SQL.insertEvents) { Self.bind(rows, to: &$0) { _ in received } }
                .map { row throws(PostgresError) in try row.get(0, as: ObjectID.self) })
          }
          // Followers hear of them in the order in which they were published.
          var left = new
          let told = events.map(\.id).filter { left.remove($0) != nil }
          if !told.isEmpty {
            try pipeline.execute(SQL.insertEventFeed) { $0.bindArray(told) }
          }
          return new
        }
      } catch let error as PostgresError where areNew && error.sqlState == .uniqueViolation {
        areNew = false
      } catch let error as PostgresError where error.isRetryable && attempts < 8 {
        attempts += 1
      }
    }
  }

  /// Binds the rows of events.
  static func bind(
    _ rows: [Event], to parameters: inout ParameterBuffer, receiveTime: (Event) -> Instant
  ) {
    parameters.bindArray(count: rows.count) { rows[$0].id }
    parameters.bindArray(count: rows.count) { rows[$0].namespace }
    parameters.bindArray(count: rows.count) { rows[$0].name }
    parameters.bindArray(count: rows.count) { rows[$0].time }
    parameters.bindArray(count: rows.count) { rows[$0].resource.id }
    parameters.bindArray(count: rows.count) { PostgresJSON(rows[$0].resource.json.text) }
    parameters.bindArray(of: PostgresJSON.self, count: rows.count) {
      rows[$0].related.isEmpty
        ? nil : PostgresJSON(JSONValue.array(rows[$0].related.map(\.json)).text)
    }
    parameters.bindArray(of: RunID.self, count: rows.count) { rows[$0].runID }
    parameters.bindArray(of: PostgresJSON.self, count: rows.count) {
      rows[$0].payload.isEmpty ? nil : PostgresJSON(rows[$0].payload)
    }
    parameters.bindArray(of: ObjectID.self, count: rows.count) { rows[$0].follows }
    parameters.bindArray(count: rows.count) { rows[$0].actor }
    parameters.bindArray(count: rows.count) { receiveTime(rows[$0]) }
  }
}
