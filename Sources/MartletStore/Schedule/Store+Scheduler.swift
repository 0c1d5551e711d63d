// Decides how schedules are handed to schedulers, each to one for a while, and how they move on.

public import MartletModel
import MartletPostgres

/// A schedule in the hands of one scheduler.
public struct TakenSchedule: Sendable, Equatable {
  /// The schedule as it was taken; moves on as its scheduler works.
  public var row: ScheduleRow
  /// Its deployment.
  public var deploymentID: DeploymentID
  /// When it was to be looked at.
  public var wakeTime: Instant
  /// Until when others pass it over; names this taking of it.
  public var takenUntil: Instant
  /// Why nothing was made so far; empty when all is well.
  public var error: String
  /// Postgres's time when it was taken.
  public var now: Instant

  /// Reads a row of `take_schedules`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let text: String = try row.get(3)
    let isPaused: Bool = try row.get(4)
    self.row = ScheduleRow(
      id: try row.get(0), namespace: try row.get(1),
      spec: try ScheduleSpec(stored: text, isPaused: isPaused), isHeld: try row.get(5),
      generation: try row.get(6), since: try row.get(7), madeUntil: try row.get(8),
      firedUntil: try row.get(9))
    deploymentID = try row.get(2)
    wakeTime = try row.get(10)
    takenUntil = try row.get(11)
    error = try row.get(12)
    now = try row.get(13)
  }
}

/// A schedule as its scheduler leaves it.
public struct ScheduleProgress: Sendable, Equatable {
  /// The schedule, with its marks where they shall be.
  public var schedule: TakenSchedule
  /// When to look again, if nothing that waits is due before; nil for never.
  public var wake: Instant?

  /// Makes a progress.
  public init(_ schedule: TakenSchedule, wake: Instant?) {
    self.schedule = schedule
    self.wake = wake
  }
}

/// Schedules that are not any more what their scheduler has taken.
public struct StaleSchedules: Sendable, Equatable {
  /// Those that have another form, and from when on: what was made of later times is not wanted any more.
  public var changed: [ScheduleID: Instant] = [:]
  /// Those that are gone: nothing that was made of them is wanted any more.
  public var gone: Set<ScheduleID> = []
}

extension Store {
  /// How long until a schedule is due, nil when none ever is; and whether some are to be looked at because a run has ended.
  public func nextScheduleWake() async throws(StoreError) -> (wait: Interval?, isMarked: Bool) {
    let next = try await read { connection in
      try connection.query(SQL.nextScheduleWake)
        .first { row throws(PostgresError) in try WakeRow(row) }
    }
    return (next?.wait, next?.isMarked ?? false)
  }

  /// Has schedules looked at of which runs have ended that others may wait for.
  public func wakeMarkedSchedules(limit: Int) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.wakeMarkedSchedules) { $0.bind(Int64(limit)) }.affected
    }
  }

  /// Takes schedules that are due; others pass them over until `hold` is over.
  public func takeSchedules(
    limit: Int, hold: Interval
  ) async throws(StoreError) -> [TakenSchedule] {
    try await write { connection in
      try connection.query(SQL.takeSchedules) {
        $0.bind(Int64(limit))
        $0.bind(hold)
      }.map { row throws(PostgresError) in try TakenSchedule(row) }
    }.sorted { $0.wakeTime < $1.wakeTime }
  }

  /// What new runs of deployments are made of; those are missing that are gone, or whose specification cannot be read.
  /// - Parameter known: Those that the caller knows; their specifications are not read again unless they changed.
  public func deploymentTargets(
    _ ids: [DeploymentID], known: [DeploymentID: DeploymentTarget]
  ) async throws(StoreError) -> [DeploymentID: DeploymentTarget] {
    let rows = try await read { connection in
      try connection.query(SQL.readTargets) {
        $0.bindArray(ids)
        $0.bindArray(of: Int64.self, count: ids.count) { known[ids[$0]]?.version }
      }.map { row throws(PostgresError) in try TargetRow(row) }
    }
    var targets: [DeploymentID: DeploymentTarget] = [:]
    for row in rows {
      let spec = row.text.map { try? DeploymentSpec(stored: $0) } ?? known[row.id]?.spec
      guard let spec else { continue }
      targets[row.id] = DeploymentTarget(
        id: row.id, flow: row.flow, name: row.name, version: row.version, spec: spec,
        poolID: row.poolID, queueID: row.queueID)
    }
    return targets
  }

  /// Runs of schedules that have not ended, but for those of backfills; of undecided ones those that are due at a time.
  /// - Parameter wholly: The schedules of which those are read, too, that were let go.
  public func scheduledItems(
    of schedules: [ScheduleID], wholly: [ScheduleID], dueBy time: Instant
  ) async throws(StoreError) -> [ScheduleID: [ScheduledItem]] {
    let rows = try await read { connection in
      try connection.query(SQL.readScheduleItems) {
        $0.bindArray(schedules)
        $0.bind(time)
        $0.bindArray(wholly)
      }.map { row throws(PostgresError) in try ItemRow(row) }
    }
    return Dictionary(grouping: rows, by: \.scheduleID).mapValues { $0.map(\.item) }
  }

  /// Lets runs go, and has others wait, where they have not been let go; wakes the dispatchers.
  public func moveGates(opened: [RunID], buffered: [RunID]) async throws(StoreError) {
    let runs = opened + buffered
    if runs.isEmpty { return }
    _ = try await write { connection in
      try connection.query(SQL.moveGates) {
        $0.bindArray(runs)
        $0.bindArray(count: runs.count) {
          $0 < opened.count ? Placement.Gate.open.rawValue : Placement.Gate.buffered.rawValue
        }
      }.affected
    }
    if !opened.isEmpty { workChanged() }
  }

  /// Moves schedules on.
  /// - Returns: Those that somebody has changed or ended meanwhile.
  public func advance(
    _ progress: [ScheduleProgress]
  ) async throws(StoreError) -> StaleSchedules {
    if progress.isEmpty { return StaleSchedules() }
    let rows = progress.sorted { $0.schedule.row.id < $1.schedule.row.id }
    return try await write { connection in
      let moved = Set(
        try connection.query(SQL.advanceSchedules) {
          $0.bindArray(count: rows.count) { rows[$0].schedule.row.id }
          $0.bindArray(count: rows.count) { rows[$0].schedule.row.generation }
          $0.bindArray(count: rows.count) { rows[$0].schedule.takenUntil }
          $0.bindArray(count: rows.count) { rows[$0].schedule.row.madeUntil }
          $0.bindArray(count: rows.count) { rows[$0].schedule.row.firedUntil }
          $0.bindArray(count: rows.count) { rows[$0].schedule.wakeTime }
          $0.bindArray(of: Instant.self, count: rows.count) { rows[$0].wake }
          $0.bindArray(count: rows.count) { rows[$0].schedule.error }
        }.map { row throws(PostgresError) in try row.get(0, as: ScheduleID.self) })
      let left = rows.map(\.schedule.row).filter { !moved.contains($0.id) }
      if left.isEmpty { return StaleSchedules() }
      let found = try connection.query(SQL.readGenerations) { $0.bindArray(left.map(\.id)) }
        .map { row throws(PostgresError) in try GenerationRow(row) }
      let forms = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
      var stale = StaleSchedules()
      for row in left {
        guard let form = forms[row.id] else {
          stale.gone.insert(row.id)
          continue
        }
        if form.generation != row.generation { stale.changed[row.id] = form.since }
      }
      return stale
    }
  }

  /// Removes runs that still wait; one that was taken meanwhile stays.
  public func removeWaitingRuns(
    _ runs: [RunID], in namespace: Namespace, actor: String
  ) async throws(StoreError) {
    let runs = runs.sorted()
    if runs.isEmpty { return }
    let removed = try await write { connection in
      try connection.transaction { pipeline in
        try WaitingRuns.remove(runs, in: namespace, actor: actor, on: pipeline)
      }
    }
    forget(removed)
  }

  /// Follows up the removal of runs.
  func forget(_ removed: [RunID]) {
    if removed.isEmpty { return }
    transitions.knowledge.memory.withLock { $0.forget(removed) }
    commits.raise()
    hints.raise()
  }
}

/// A row of `next_schedule_wake`.
private struct WakeRow {
  var wait: Interval?
  var isMarked: Bool

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    wait = try row.optional(0)
    isMarked = try row.get(1)
  }
}

/// A row of `read_targets`.
private struct TargetRow {
  var id: DeploymentID
  var flow: String
  var name: String
  var version: Int64
  var poolID: PoolID
  var queueID: QueueID
  /// The specification; nil when it is known.
  var text: String?

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    flow = try row.get(1)
    name = try row.get(2)
    version = try row.get(3)
    poolID = try row.get(4)
    queueID = try row.get(5)
    text = try row.optional(6)
  }
}

/// A row of `read_schedule_items`.
private struct ItemRow {
  var scheduleID: ScheduleID
  var item: ScheduledItem

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    scheduleID = try row.get(0)
    item = ScheduledItem(
      runID: try row.get(1), tick: try row.get(2), due: try row.get(3),
      gate: Placement.Gate(rawValue: try row.get(4)) ?? .open)
  }
}

/// A row of `read_generations`.
private struct GenerationRow {
  var id: ScheduleID
  var generation: Int64
  var since: Instant

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    generation = try row.get(1)
    since = try row.get(2)
  }
}
