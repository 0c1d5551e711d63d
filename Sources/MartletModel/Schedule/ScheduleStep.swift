// Decides the next step of a schedule: which runs to make, and what becomes of those whose time has come. Both are safe to
// repeat: what was made has the same id again, and what was decided waits no more.

/// What runs a schedule must have made now.
public struct ScheduleMaking: Sendable, Equatable {
  /// Runs to make, the earliest first.
  public var ticks: [ScheduledTick] = []
  /// Then every time up to here has its run, or never will.
  public var madeUntil: Instant

  /// Times that nobody saw are made in steps of this size.
  static let chunk = 500
  /// Up to this age a time is in time, whatever the policy.
  public static let grace = Interval.seconds(60)

  /// Decides what to make of times that have come without a run: what the policy for missed times lets fire.
  ///
  /// - Returns: nil when there is none.
  public static func overdue(
    _ row: ScheduleRow, _ timetable: Timetable, now: Instant
  ) -> ScheduleMaking? {
    guard !row.isHeld, row.madeUntil < now,
      timetable.next(atOrAfter: row.madeUntil.next).map({ $0.instant <= now }) == true
    else { return nil }
    var making = ScheduleMaking(madeUntil: now)
    let policy = row.spec.catchUp
    let reach = grace + (row.spec.jitter?.bound ?? .zero)
    let punctual = max(row.madeUntil, now + Interval(microseconds: -reach.microseconds))
    var start = punctual
    switch policy.choice {
    case .none: break
    case .all:
      start = row.madeUntil
      if let within = policy.within {
        let oldest = now + Interval(microseconds: -(within + reach).microseconds)
        start = max(start, oldest)
      }
    case .latest:
      if timetable.next(atOrAfter: punctual.next).map({ $0.instant <= now }) != true,
        let latest = timetable.latest(after: row.madeUntil, upTo: punctual)
      {
        start = latest + Interval(microseconds: -1)
      }
    }
    making.ticks = timetable.ticks(
      after: start, upTo: now, limit: chunk, jitter: row.spec.jitter, schedule: row.id)
    if making.ticks.count == chunk, let last = making.ticks.last { making.madeUntil = last.time }
    return making
  }

  /// Decides which runs to make ahead. A little more is made than the horizon asks for, so that this is done seldom.
  ///
  /// - Returns: nil when there are enough.
  public static func ahead(
    _ row: ScheduleRow, _ timetable: Timetable, now: Instant
  ) -> ScheduleMaking? {
    guard !row.isHeld else { return nil }
    let horizon = row.spec.horizon
    let from = max(now, row.madeUntil)
    let waiting =
      row.madeUntil > now
      ? timetable.occurrences(from: now.next, to: row.madeUntil.next, limit: horizon.maxRuns).count
      : 0
    let room = horizon.maxRuns - waiting
    guard room > 0, let next = timetable.next(atOrAfter: from.next)?.instant,
      waiting < horizon.minRuns || next <= now + horizon.ahead
    else { return nil }
    let reach = now + horizon.ahead + Interval(microseconds: horizon.ahead.microseconds / 2)
    var ticks = timetable.ticks(
      after: from, upTo: reach, limit: room, jitter: row.spec.jitter, schedule: row.id)
    let missing = horizon.minRuns - waiting
    if ticks.count < missing {
      ticks = timetable.ticks(
        after: from, upTo: Instant(microseconds: .max), limit: missing, jitter: row.spec.jitter,
        schedule: row.id)
    }
    guard let last = ticks.last else { return nil }
    return ScheduleMaking(ticks: ticks, madeUntil: last.time)
  }
}

/// What becomes of the runs of a schedule whose time has come.
public struct ScheduleLetting: Sendable, Equatable {
  /// Why a run is not let go.
  public enum Refusal: Sendable, Equatable {
    /// It came while another goes on; the latest of those is named.
    case skipped(RunID?)
    /// Nobody saw its time come.
    case missed
  }

  /// Those that start.
  public var opened: [RunID] = []
  /// Those that wait for others to end.
  public var buffered: [RunID] = []
  /// Those that do not start.
  public var refused: [(run: RunID, why: Refusal)] = []
  /// Those that go on and are cancelled.
  public var cancelled: [RunID] = []
  /// Leftovers of an earlier form of the schedule, which never were to be.
  public var leftovers: [RunID] = []

  /// Nothing to do.
  public init() {}

  /// Decides about the runs of a schedule.
  ///
  /// - Parameter items: Its runs that have not ended, but for those of backfills; of those that are undecided at least the
  ///   ones that are due. Where each starts beside the others, those that go on may be left out.
  public init(_ row: ScheduleRow, items: [ScheduledItem], now: Instant) {
    var due: [ScheduledItem] = []
    for item in items where item.gate == .undecided && item.due <= now {
      let own = RunID.of(
        Placement.Tick(scheduleID: row.id, time: item.tick), in: row.namespace,
        generation: row.generation)
      if item.tick > row.since, item.runID != own {
        leftovers.append(item.runID)
      } else {
        due.append(item)
      }
    }
    due.sort { ($0.due, $0.runID) < ($1.due, $1.runID) }
    let running = items.filter { $0.gate == .open }
    var waiting = items.filter { $0.gate == .buffered }.sorted { $0.due < $1.due }

    let caught = row.spec.catchUp.decide(due.map(\.due), now: now, grace: ScheduleMaking.grace)
    let missed = Set(caught.missed)
    refused += due.filter { missed.contains($0.due) }.map { ($0.runID, .missed) }
    due.removeAll { missed.contains($0.due) }

    // Those that wait have done so for an earlier form of the schedule.
    if row.spec.overlap == .allow {
      opened += waiting.map(\.runID)
      waiting = []
    }
    // Those that wait go first: they came first.
    if running.isEmpty, let first = waiting.first, due.isEmpty || row.spec.overlap != .cancelRunning
    {
      opened.append(first.runID)
      waiting.removeFirst()
      decide(due, row.spec.overlap, running: [first], waiting: waiting)
    } else {
      decide(due, row.spec.overlap, running: running, waiting: waiting)
    }
  }

  private mutating func decide(
    _ due: [ScheduledItem], _ overlap: Overlap, running: [ScheduledItem], waiting: [ScheduledItem]
  ) {
    if due.isEmpty { return }
    let decision = overlap.decide(
      due.map(\.due), running: running.count, waiting: !waiting.isEmpty)
    let starts = Set(decision.starts)
    let goesOn = running.max { $0.due < $1.due }?.runID
    for item in due {
      if item.due == decision.waits {
        buffered.append(item.runID)
      } else if !starts.contains(item.due) {
        refused.append(
          (
            item.runID,
            .skipped(
              goesOn
                ?? decision.starts.first.flatMap { start in
                  due.first { $0.due == start }?.runID
                })
          ))
      } else if decision.cancelsRunning, !running.isEmpty {
        buffered.append(item.runID)
      } else {
        opened.append(item.runID)
      }
    }
    if decision.cancelsRunning {
      cancelled += running.map(\.runID)
      refused += waiting.map { ($0.runID, .skipped(due.last?.runID)) }
    }
  }

  /// Whether the same is to be done.
  public static func == (left: Self, right: Self) -> Bool {
    left.opened == right.opened && left.buffered == right.buffered
      && left.cancelled == right.cancelled && left.leftovers == right.leftovers
      && left.refused.elementsEqual(right.refused) { $0.run == $1.run && $0.why == $1.why }
  }
}

extension ScheduleRow {
  /// When there is more to make; nil for never, or when that depends on a time that is let go before.
  public func makeTime(_ timetable: Timetable, now: Instant) -> Instant? {
    if isHeld { return nil }
    let last = max(madeUntil, now)
    if ScheduleMaking.overdue(self, timetable, now: now) != nil
      || ScheduleMaking.ahead(self, timetable, now: now) != nil
    {
      return now
    }
    guard let next = timetable.next(atOrAfter: last.next)?.instant else { return nil }
    let waiting = timetable.occurrences(
      from: now.next, to: last.next, limit: spec.horizon.maxRuns
    ).count
    guard waiting < spec.horizon.maxRuns else { return nil }
    return max(now.next, next + Interval(microseconds: -spec.horizon.ahead.microseconds))
  }
}
