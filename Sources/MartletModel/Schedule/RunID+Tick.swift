// Decides which run a time of a schedule becomes: the id follows from the time, so that whoever makes it makes the same.

extension RunID {
  /// The id of the run of a tick.
  ///
  /// - Parameter generation: That of the schedule as it was when the tick was made.
  public static func of(
    _ tick: Placement.Tick, in namespace: Namespace, generation: Int64
  ) -> RunID {
    scheduled(tick, namespace, generation: generation, backfill: nil)
  }

  /// The id of the run that a backfill makes for a tick; the same however the schedule changes meanwhile.
  public static func of(
    _ tick: Placement.Tick, in namespace: Namespace, backfill: BackfillID
  ) -> RunID {
    scheduled(tick, namespace, generation: 0, backfill: backfill)
  }

  private static func scheduled(
    _ tick: Placement.Tick, _ namespace: Namespace, generation: Int64, backfill: BackfillID?
  ) -> RunID {
    var hash = StableHash()
    hash.add(namespace.name)
    hash.add(tick.scheduleID.value)
    hash.add(generation)
    hash.add(tick.time.microseconds)
    hash.add(backfill?.value)
    return scheduled(tick: tick.time, hash: hash.finish())
  }
}
