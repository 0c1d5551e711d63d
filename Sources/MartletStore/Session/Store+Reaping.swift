// Decides how lapsed sessions are found and ended, and how the clock of leases moves.

public import MartletModel
import MartletPostgres

extension Store {
  /// Takes lapsed sessions for this replica to end. Others pass them over until `hold` is over, so
  /// that nothing is lost if this one dies. None is taken while the clock of leases stands still.
  /// - Parameter tolerance: The longest time without a tick that counts as a clock that runs.
  public func takeLapsedSessions(
    limit: Int, hold: Interval, tolerance: Interval
  ) async throws(StoreError) -> [SessionID] {
    try await write { connection in
      try connection.query(SQL.takeLapsedSessions) {
        $0.bind(Int64(limit))
        $0.bind(hold)
        $0.bind(tolerance)
      }.map { row throws(PostgresError) in try row.get(0, as: SessionID.self) }
    }
  }

  /// The runs a session holds, at most `limit`.
  public func claims(of session: SessionID, limit: Int) async throws(StoreError) -> [RunID] {
    try await read { connection in
      try connection.query(SQL.listClaims) {
        $0.bind(session)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
    }
  }

  /// Forgets those of some sessions that are lapsed and hold nothing.
  /// - Returns: Those that are forgotten.
  public func forgetEndedSessions(_ ids: [SessionID]) async throws(StoreError) -> [SessionID] {
    if ids.isEmpty { return [] }
    return try await write { connection in
      try connection.query(SQL.deleteEndedSessions) { $0.bindArray(ids.sorted()) }
        .map { row throws(PostgresError) in try row.get(0, as: SessionID.self) }
    }
  }

  /// Gives every claim whose session is not there a lease, so that no run is monitored by nobody.
  /// - Returns: How many sessions were missing.
  public func openMissingSessions(
    ttl: Interval = Session.standardTTL
  ) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.query(SQL.openMissingSessions) { $0.bind(ttl) }.affected
    }
  }

  /// Moves the clock of leases. If it stood still for longer than `tolerance`, no replica had a working
  /// database meanwhile: every lease, and every bound of CANCELLING, gets that time back.
  /// - Returns: How long it stood still; zero if it did not.
  public func tickLeaseClock(tolerance: Interval) async throws(StoreError) -> Interval {
    try await write { connection in
      try connection.query(SQL.tickLeaseClock) {
        $0.bind(tolerance)
        $0.bind(LimitBounds.patience)
      }
      .first { row throws(PostgresError) in try row.get(0, as: Interval.self) } ?? .zero
    }
  }
}
