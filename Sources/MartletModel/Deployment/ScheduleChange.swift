// Decides what becomes of the schedules of a deployment when others are wanted, or when it pauses or goes on.

/// A schedule as it is kept.
public struct KeptSchedule: Sendable, Equatable {
  /// Its id.
  public var id: ScheduleID
  /// What it is, and whether it is paused.
  public var spec: ScheduleSpec
  /// Whether it, or its deployment, is paused.
  public var isHeld: Bool
  /// Part of the ids of its runs.
  public var generation: Int64
  /// Times up to here are dealt with.
  public var firedUntil: Instant

  /// Puts a schedule together.
  public init(
    id: ScheduleID, spec: ScheduleSpec, isHeld: Bool, generation: Int64, firedUntil: Instant
  ) {
    self.id = id
    self.spec = spec
    self.isHeld = isHeld
    self.generation = generation
    self.firedUntil = firedUntil
  }
}

/// What is to be written for schedules to be as wanted.
public struct ScheduleChange: Sendable, Equatable {
  /// A schedule that is kept and changes.
  public struct Update: Sendable, Equatable {
    /// The schedule as it shall be.
    public var schedule: KeptSchedule
    /// Its times count from here; nil where only its pause is noted, for its deployment is paused anyway.
    public var since: Instant?
    /// Whether its runs after `since` go.
    public var removesRuns: Bool
  }

  /// Those that are new.
  public var inserted: [ScheduleSpec] = []
  /// Those that change.
  public var updated: [Update] = []
  /// Those that go, with all their runs that have not started.
  public var deleted: [ScheduleID] = []

  /// Whether there is nothing to write.
  public var isEmpty: Bool { inserted.isEmpty && updated.isEmpty && deleted.isEmpty }

  /// Compares by slug. A schedule that is the same stays as it is.
  ///
  /// The generation rises wherever runs are removed, for the ids of removed runs are not used again.
  ///
  /// - Parameters:
  ///   - isPaused: Whether the deployment is paused.
  ///   - remakes: Whether runs that were made ahead are of no use any more, as those of another version are.
  public init(
    from kept: [KeptSchedule], to wanted: [ScheduleSpec], isPaused: Bool, now: Instant,
    remakes: Bool = false
  ) {
    let bySlug = Dictionary(kept.map { ($0.spec.slug, $0) }, uniquingKeysWith: { one, _ in one })
    for spec in wanted {
      guard let old = bySlug[spec.slug] else {
        inserted.append(spec)
        continue
      }
      let isHeld = isPaused || spec.isPaused
      let isSame = spec.text == old.spec.text
      if isSame, isHeld == old.isHeld, spec.isPaused == old.spec.isPaused, !remakes || isHeld {
        continue
      }
      var new = old
      new.spec = spec
      new.isHeld = isHeld
      let removes = !old.isHeld
      if !isSame || (removes && (isHeld || remakes)) { new.generation += 1 }
      let isQuiet = isSame && isHeld && old.isHeld
      updated.append(
        Update(
          schedule: new, since: isQuiet ? nil : max(now, old.firedUntil), removesRuns: removes))
    }
    let slugs = Set(wanted.map(\.slug))
    deleted = kept.filter { !slugs.contains($0.spec.slug) }.map(\.id)
  }
}
