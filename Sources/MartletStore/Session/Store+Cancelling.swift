// Decides how it is found out which of the runs that executors hold are to stop.

public import MartletModel
import MartletPostgres

extension Store {
  /// The runs that some sessions hold and that are being cancelled.
  /// - Throws: `unavailable` without a database.
  public func cancellingRuns(
    of sessions: [SessionID]
  ) async throws(StoreError) -> [(session: SessionID, run: RunID)] {
    try await read { connection in
      var held: [(session: SessionID, run: RunID)] = []
      try connection.query(SQL.listCancelling) { $0.bindArray(sessions.sorted()) }
        .forEach { row throws(PostgresError) in
          held.append((session: try row.get(0), run: try row.get(1)))
        }
      return held
    }
  }
}
