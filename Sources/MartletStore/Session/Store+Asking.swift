// Decides how it is found out of which of the runs that executors hold something is asked: to stop, or to pause.

public import MartletModel
import MartletPostgres

/// A run whose executor is asked something.
public struct AskedRun: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// Its revision when it was asked; of one that was taken away, the epoch by which it was held.
  public var revision: Int64
  /// Whether it was taken from its executor by somebody else.
  public var isLost: Bool

  /// Reads columns of `list_asked_runs`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    run = try row.get(1)
    revision = try row.get(2)
    isLost = try row.get(3)
  }
}

extension Store {
  /// The runs that some sessions hold and that are being cancelled, or were paused by somebody else; and those that were
  /// taken from them.
  /// - Throws: `unavailable` without a database.
  public func askedRuns(
    of sessions: [SessionID]
  ) async throws(StoreError) -> [(session: SessionID, asked: AskedRun)] {
    try await read { connection in
      var held: [(session: SessionID, asked: AskedRun)] = []
      try connection.query(SQL.listAskedRuns) { $0.bindArray(sessions.sorted()) }
        .forEach { row throws(PostgresError) in
          held.append((session: try row.get(0), asked: try AskedRun(row)))
        }
      return held
    }
  }
}
