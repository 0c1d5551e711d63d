// Decides how it is found out of which of the runs that executors hold something is asked: to stop, or to pause.

public import MartletModel
import MartletPostgres

/// A run whose executor is asked something.
public struct AskedRun: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// Its revision when it was asked.
  public var revision: Int64
}

extension Store {
  /// The runs that some sessions hold and that are being cancelled, or were paused by somebody else.
  /// - Throws: `unavailable` without a database.
  public func askedRuns(
    of sessions: [SessionID]
  ) async throws(StoreError) -> [(session: SessionID, asked: AskedRun)] {
    try await read { connection in
      var held: [(session: SessionID, asked: AskedRun)] = []
      try connection.query(SQL.listAskedRuns) { $0.bindArray(sessions.sorted()) }
        .forEach { row throws(PostgresError) in
          held.append(
            (
              session: try row.get(0),
              asked: AskedRun(run: try row.get(1), revision: try row.get(3))
            ))
        }
      return held
    }
  }
}
