// Decides how runs are handed to a service that were put back though nobody may start them any more.

public import MartletModel
import MartletPostgres

/// A run that was put back when the enclosing run had ended.
public struct Stranding: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Whether it waits for somebody, and the enclosing run will let nobody start it.
  public var isForGood: Bool
  /// Until when others pass it over; names this taking of it.
  public var heldUntil: Instant

  /// Reads a row of `take_strandings`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    runID = try row.get(22)
    namespace = try row.get(23)
    heldUntil = try row.get(24)
    isForGood = false
    if try row.get(26), !row.isNull(0) {
      isForGood = try RunSnapshot(row).stopsChild(of: row.get(25))
    }
  }
}

extension Store {
  /// Takes runs that were put back when the enclosing run had ended; others pass them over until `hold` is over.
  public func takeStrandings(limit: Int, hold: Interval) async throws(StoreError) -> [Stranding] {
    try await write { connection in
      try connection.query(SQL.takeStrandings) {
        $0.bind(Int64(limit))
        $0.bind(hold)
      }.map { row throws(PostgresError) in try Stranding(row) }
    }
  }

  /// Says that a run was looked at; one that was put back again since stays to be looked at.
  public func finish(_ stranding: Stranding) async throws(StoreError) {
    try await write { connection in
      _ = try connection.query(SQL.deleteStranding) {
        $0.bind(stranding.runID)
        $0.bind(stranding.heldUntil)
      }
    }
  }
}
