// Decides how runs that were put back for others, below another run, are handed to a service.

public import MartletModel
import MartletPostgres

/// A run that was put back for others.
public struct Stranding: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// What becomes of it; nil when it waits for nobody any more.
  public var fate: PutBackFate?
  /// Until when others pass it over; names this taking of it.
  public var heldUntil: Instant

  /// Reads a row of `take_strandings`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    runID = try row.get(22)
    namespace = try row.get(23)
    heldUntil = try row.get(24)
    if try row.get(26), !row.isNull(0) {
      fate = try RunSnapshot(row).fate(ofPutBack: row.get(25), now: row.get(27))
    }
  }
}

extension Store {
  /// Takes runs that were put back below others; other replicas pass them over until `hold` is over.
  public func takeStrandings(limit: Int, hold: Interval) async throws(StoreError) -> [Stranding] {
    try await write { connection in
      try connection.query(SQL.takeStrandings) {
        $0.bind(Int64(limit))
        $0.bind(hold)
      }.map { row throws(PostgresError) in try Stranding(row) }
    }
  }

  /// Says that runs need no look any more; one that was put back again since stays to be looked at.
  public func finish(_ strandings: [Stranding]) async throws(StoreError) {
    if strandings.isEmpty { return }
    try await write { connection in
      _ = try connection.query(SQL.deleteStrandings) {
        $0.bindArray(strandings.map(\.runID))
        $0.bindArray(strandings.map(\.heldUntil))
      }
    }
  }

  /// Has runs looked at again after a while.
  public func postpone(_ strandings: [Stranding], by pause: Interval) async throws(StoreError) {
    if strandings.isEmpty { return }
    try await write { connection in
      _ = try connection.query(SQL.postponeStrandings) {
        $0.bindArray(strandings.map(\.runID))
        $0.bindArray(strandings.map(\.heldUntil))
        $0.bind(pause)
      }
    }
  }
}
