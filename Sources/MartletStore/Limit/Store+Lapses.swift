// Decides which leases of slots have lapsed, which places in line are lost, and how long ended leases are remembered.

public import MartletModel
import MartletPostgres

extension Store {
  /// Ends leases that are past their time or whose session lapsed, and takes those who stopped asking out of line;
  /// none while the clock of leases stands still. Two replicas may do so at once: each row is ended by one.
  /// - Parameter tolerance: The longest time without a tick that counts as a clock that runs.
  /// - Returns: How many.
  public func lapseLeases(limit: Int, tolerance: Interval) async throws(StoreError) -> Int {
    let ended = try await write { connection in
      let ids = try connection.query(SQL.findLapsedLeases) {
        $0.bind(Int64(limit))
        $0.bind(tolerance)
      }.map { row throws(PostgresError) in try row.get(0, as: LeaseID.self) }
      if ids.isEmpty { return 0 }
      return try connection.query(SQL.lapseLeases) { $0.bindArray(ids.sorted()) }.count
    }
    if ended > 0 { limitsChanged() }
    return ended
  }

  /// How long until the next lease or place lapses, by Postgres's clock; nil when there is none.
  public func timeToNextLapse() async throws(StoreError) -> Interval? {
    try await read { connection in
      try connection.query(SQL.nextLapseTime)
        .first { row throws(PostgresError) in try row.optional(0, as: Interval.self) } ?? nil
    }
  }

  /// Forgets leases that ended longer ago than any repeat may come.
  /// - Returns: How many.
  public func forgetEndedLeases(
    after memory: Interval = LeaseID.memory, limit: Int
  ) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.query(SQL.forgetEndedLeases) {
        $0.bind(memory)
        $0.bind(Int64(limit))
      }.affected
    }
  }
}
