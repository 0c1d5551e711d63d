// Decides how the days of append-only tables are made and dropped, and how counts are folded.

import MartletPostgres

/// A table that is cut into days.
public enum DayTable: String, Sendable, CaseIterable {
  /// Transitions, by the time in the run's id.
  case history = "run_transition"
  /// Log lines, by their time.
  case logs = "log"
  /// Events that programs publish, by the time in their ids.
  case events = "event"
  /// What followers read, by the time of the commit.
  case feed = "feed"
}

extension Store {
  /// Makes the days up to so many ahead of today.
  ///
  /// The table is locked for a moment: with readers that take long, this fails after the reader's
  /// lock time-out and is to be tried again.
  /// - Returns: How many days were made.
  public func extendPartitions(
    of table: DayTable, days: Int32, lockTimeout: Duration = .milliseconds(500)
  ) async throws(StoreError) -> Int {
    try await withShortLock(lockTimeout) { pipeline in
      try pipeline.query(SQL.extendPartitions) {
        $0.bind(table.rawValue)
        $0.bind(days)
      }.first { row throws(PostgresError) in Int(try row.get(0, as: Int32.self)) } ?? 0
    }
  }

  /// How many days lie ahead of today.
  public func daysAhead(of table: DayTable) async throws(StoreError) -> Int {
    try await read { connection in
      try connection.query(SQL.daysAhead) { $0.bind(table.rawValue) }
        .first { row throws(PostgresError) in Int(try row.get(0, as: Int32.self)) } ?? 0
    }
  }

  /// Drops the oldest day if it is older than `days` and nothing in it is needed: neither younger rows
  /// nor the history of runs that live.
  /// - Returns: The day, or nil if nothing was dropped.
  public func dropOldestDay(
    of table: DayTable, keeping days: Int32, lockTimeout: Duration = .milliseconds(500)
  ) async throws(StoreError) -> String? {
    // Looking takes its time, and locks nothing.
    try await read { connection in
      _ = try connection.query(SQL.calmOldestDay) {
        $0.bind(table.rawValue)
        $0.bind(days)
      }
    }
    return try await withShortLock(lockTimeout) { pipeline in
      try pipeline.query(SQL.dropOldestDay) {
        $0.bind(table.rawValue)
        $0.bind(days)
      }.first { row throws(PostgresError) in try row.optional(0, as: String.self) } ?? nil
    }
  }

  /// Deletes what is older than `days` of the parts of a table that are no days, and that nothing needs. Every page of them is
  /// read, some in each transaction: once a day is often enough.
  /// - Returns: How many rows were deleted.
  public func pruneOutliers(
    of table: DayTable, keeping days: Int32, pages: Int64 = 2000
  ) async throws(StoreError) -> Int64 {
    var deleted: Int64 = 0
    for part in ["_below", "_ahead", "_above"] {
      var page: Int64 = 0
      while !Task.isCancelled {
        let first = page
        let count = try await write { connection in
          try connection.query(SQL.pruneOutliers) {
            $0.bind(table.rawValue)
            $0.bind(part)
            $0.bind(days)
            $0.bind(first)
            $0.bind(pages)
          }.first { row throws(PostgresError) in try row.optional(0, as: Int64.self) } ?? nil
        }
        guard let count else { break }
        deleted += count
        page += pages
      }
    }
    return deleted
  }

  /// Folds the changes of counts into the sums. Does nothing while another replica does it.
  /// - Returns: How many changes were folded.
  @discardableResult
  public func foldCounts() async throws(StoreError) -> Int {
    try await write { connection in
      try connection.query(SQL.foldRunCounts)
        .first { row throws(PostgresError) in Int(try row.get(0, as: Int64.self)) } ?? 0
    }
  }

  private func withShortLock<Result: Sendable>(
    _ timeout: Duration, _ body: @escaping @Sendable (borrowing Pipeline) throws -> Result
  ) async throws(StoreError) -> Result {
    let milliseconds =
      timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
    return try await read { connection in
      try connection.transaction { pipeline in
        _ = try pipeline.query(SQL.setLockTimeout) { $0.bind("\(milliseconds)ms") }
        return try body(pipeline)
      }
    }
  }
}
