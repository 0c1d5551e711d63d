// Decides how runs that wait for a time, and children that wait for a cascade, are handed to services.

public import MartletModel
import MartletPostgres

/// A stopped run whose children are to be cancelled.
public struct Cascade: Sendable, Equatable {
  /// The stopped run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Who stopped it.
  public var actor: String
  /// How long children have to stop.
  public var bound: Interval
  /// Children up to this one have been asked.
  public var after: RunID?
  /// Until when others pass it over; names this taking of it.
  public var heldUntil: Instant
}

extension Store {
  /// Takes runs whose time has come; others pass them over until `hold` is over.
  public func takeDueRuns(
    limit: Int, hold: Interval
  ) async throws(StoreError) -> [RunID] {
    try await write { connection in
      try connection.query(SQL.takeDueRuns) {
        $0.bind(Int64(limit))
        $0.bind(hold)
      }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
    }
  }

  /// How long until the next run is due, by Postgres's clock; nil when none waits.
  public func timeToNextDueRun() async throws(StoreError) -> Interval? {
    try await read { connection in
      try connection.query(SQL.nextDueTime)
        .first { row throws(PostgresError) in try row.optional(0, as: Interval.self) } ?? nil
    }
  }

  /// Takes cascades; others pass them over until `hold` is over.
  public func takeCascades(limit: Int, hold: Interval) async throws(StoreError) -> [Cascade] {
    try await write { connection in
      try connection.query(SQL.takeCascades) {
        $0.bind(Int64(limit))
        $0.bind(hold)
      }.map { row throws(PostgresError) in
        Cascade(
          runID: try row.get(0), namespace: try row.get(1), actor: try row.get(2),
          bound: try row.get(3), after: try row.optional(4), heldUntil: try row.get(5))
      }
    }
  }

  /// Children of a run that have not ended, in the order of their ids, after a child, at most `limit`. So many
  /// children are looked at, at most.
  /// - Returns: The children, and after which one to go on; nil when there are no more.
  public func openChildren(
    of run: RunID, after child: RunID?, limit: Int
  ) async throws(StoreError) -> (ids: [RunID], next: RunID?) {
    let rows = try await read { connection in
      try connection.query(SQL.listChildren) {
        $0.bind(run)
        $0.bind(child)
        $0.bind(Int64(limit))
        $0.bind(Int64(RunWalk.bound))
      }.map { row throws(PostgresError) in try Child(row) }
    }
    let open = rows.filter(\.isOpen).map(\.id)
    return (open, open.count == limit ? open.last : rows.last { !$0.isOpen }?.id)
  }

  /// A child that was looked at.
  private struct Child {
    var id: RunID
    var isOpen: Bool

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      id = try row.get(0)
      isOpen = try row.get(1)
    }
  }

  /// Remembers how far a cascade has come; nil ends it. One that was asked for again, or taken by another, since it was
  /// taken stays as it is: its children are to be asked anew.
  public func advance(_ cascade: Cascade, to child: RunID?) async throws(StoreError) {
    try await write { connection in
      if let child {
        _ = try connection.query(SQL.advanceCascade) {
          $0.bind(cascade.runID)
          $0.bind(cascade.heldUntil)
          $0.bind(child)
        }
      } else {
        _ = try connection.query(SQL.deleteCascade) {
          $0.bind(cascade.runID)
          $0.bind(cascade.heldUntil)
        }
      }
    }
  }
}
