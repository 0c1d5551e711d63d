// Decides what a scheduler must know of a schedule to take its next step.

/// A schedule and how far it has come.
public struct ScheduleRow: Sendable, Equatable {
  /// Its id.
  public var id: ScheduleID
  /// Its namespace.
  public var namespace: Namespace
  /// What it is.
  public var spec: ScheduleSpec
  /// Whether it, or its deployment, is paused.
  public var isHeld: Bool
  /// Part of the ids of its runs.
  public var generation: Int64
  /// Its times count from here; a later one with the id of an earlier generation is a leftover.
  public var since: Instant
  /// Every time up to here has its run, or never will.
  public var madeUntil: Instant
  /// Every time up to here was let go, skipped or missed.
  public var firedUntil: Instant

  /// Puts a row together.
  public init(
    id: ScheduleID, namespace: Namespace, spec: ScheduleSpec, isHeld: Bool = false,
    generation: Int64 = 1, since: Instant, madeUntil: Instant, firedUntil: Instant
  ) {
    self.id = id
    self.namespace = namespace
    self.spec = spec
    self.isHeld = isHeld
    self.generation = generation
    self.since = since
    self.madeUntil = madeUntil
    self.firedUntil = firedUntil
  }
}

/// A run of a schedule that has not ended.
public struct ScheduledItem: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The time that it stands for, without jitter.
  public var tick: Instant
  /// When it may start.
  public var due: Instant
  /// What must happen before it is offered.
  public var gate: Placement.Gate

  /// Makes an item.
  public init(runID: RunID, tick: Instant, due: Instant, gate: Placement.Gate) {
    self.runID = runID
    self.tick = tick
    self.due = due
    self.gate = gate
  }
}

/// A time of a schedule with the time at which its run may start.
public struct ScheduledTick: Sendable, Hashable {
  /// The time that the schedule names.
  public var time: Instant
  /// With jitter.
  public var due: Instant

  /// Makes a tick.
  public init(time: Instant, due: Instant) {
    self.time = time
    self.due = due
  }
}
