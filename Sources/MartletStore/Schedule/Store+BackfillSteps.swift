// Decides how backfills are handed to runners, each to one for a while, and how they move on.

public import MartletModel
import MartletPostgres

/// A backfill in the hands of one runner.
public struct TakenBackfill: Sendable, Equatable {
  /// What was asked for; its deployment is that of the schedule.
  public var id: BackfillID
  /// Its namespace.
  public var namespace: Namespace
  /// The schedule.
  public var scheduleID: ScheduleID
  /// The first time that counts.
  public var from: Instant
  /// The first time that does not count any more.
  public var to: Instant
  /// Only times that have no run yet.
  public var onlyMissing: Bool
  /// How many of its runs may have begun and not ended.
  public var maxParallel: Int32
  /// Whether it goes from the newest to the oldest.
  public var newestFirst: Bool
  /// Parameters over those of the schedule; empty for none.
  public var parameters: String
  /// The last time that was dealt with.
  public var cursor: Instant?
  /// Names this taking of it.
  public var takenUntil: Instant
  /// When it was created.
  public var createTime: Instant
  /// Runs of it that have not been let go.
  public var waiting: Int64

  /// Reads a row of `take_backfills`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    scheduleID = try row.get(2)
    from = try row.get(3)
    to = try row.get(4)
    onlyMissing = try row.get(5)
    maxParallel = try row.get(6)
    newestFirst = try row.get(7)
    parameters = try row.optional(8) ?? ""
    cursor = try row.optional(9)
    takenUntil = try row.get(10)
    createTime = try row.get(11)
    waiting = try row.get(12)
  }
}

extension Store {
  /// Takes backfills that go on, after one in the order of ids; others pass them over until `hold` is over.
  public func takeBackfills(
    after last: BackfillID?, limit: Int, hold: Interval
  ) async throws(StoreError) -> [TakenBackfill] {
    try await write { connection in
      _ = try connection.query(SQL.takeBackfillMarks) { $0.bind(Int64(1000)) }.affected
      return try connection.query(SQL.takeBackfills) {
        $0.bind(Int64(limit))
        $0.bind(hold)
        $0.bind(last ?? BackfillID(high: 0, low: 0))
      }.map { row throws(PostgresError) in try TakenBackfill(row) }
    }.sorted { $0.id < $1.id }
  }

  /// Reads one schedule and its deployment; nil when it is gone.
  public func takenSchedule(_ id: ScheduleID) async throws(StoreError) -> TakenSchedule? {
    try await read { connection in
      try connection.query(SQL.getScheduleRow) { $0.bind(id) }
        .first { row throws(PostgresError) in try TakenSchedule(row) }
    }
  }

  /// Those of some times of a schedule that have a run which was to start, made by others than this backfill.
  public func madeTicks(
    _ ticks: [Instant], of schedule: ScheduleID, but backfill: BackfillID
  ) async throws(StoreError) -> Set<Instant> {
    Set(
      try await read { connection in
        try connection.query(SQL.findMadeTicks) {
          $0.bind(schedule)
          $0.bindArray(ticks)
          $0.bind(backfill)
        }.map { row throws(PostgresError) in try row.get(0, as: Instant.self) }
      })
  }

  /// Moves a backfill on.
  /// - Returns: Whether it is still in the same hands.
  public func advance(
    _ backfill: TakenBackfill, to cursor: Instant, runs: Int
  ) async throws(StoreError) -> Bool {
    try await write { connection in
      try connection.query(SQL.advanceBackfill) {
        $0.bind(backfill.id)
        $0.bind(backfill.takenUntil)
        $0.bind(cursor)
        $0.bind(Int64(runs))
      }.count > 0
    }
  }

  /// Lets runs of a backfill go while there is room, gives it out of hand, and ends it when nothing is left.
  /// - Parameter isMade: Whether all its runs are made.
  /// - Returns: How many were let go.
  public func open(
    _ backfill: TakenBackfill, isMade: Bool
  ) async throws(StoreError) -> Int {
    let count = try await write { connection in
      try connection.query(SQL.openBackfillItems) {
        $0.bind(backfill.id)
        $0.bind(backfill.takenUntil)
        $0.bind(isMade)
      }.affected
    }
    if count > 0 { workChanged() }
    return count
  }

  /// Ends a backfill that cannot go on.
  public func giveUp(_ backfill: TakenBackfill) async throws(StoreError) {
    _ = try await cancelBackfill(
      backfill.id, in: backfill.namespace, cancelsRunning: false, actor: "service:backfill")
  }
}
