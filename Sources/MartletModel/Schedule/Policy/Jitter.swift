// Decides how occurrences that many schedules share are spread: by a delay that is the same in every replica.

/// A delay up to a bound, that follows from the schedule and the occurrence.
public struct Jitter: Sendable, Hashable {
  /// No delay reaches this.
  public let bound: Interval

  /// Takes a bound; zero is no jitter.
  ///
  /// - Throws: ``InvalidValue`` for a bound below zero or above a day.
  public init(below bound: Interval) throws(InvalidValue) {
    guard ScheduleLimits.jitter ~= bound else {
      throw InvalidValue("jitter", "is out of bounds: give 0 s to 24 h")
    }
    self.bound = bound
  }

  /// When an occurrence fires: not before its time, before the bound, and before the next occurrence.
  ///
  /// - Parameters:
  ///   - tick: the occurrence.
  ///   - next: the occurrence after it, when there is one; the delay stays below it, so that their order does.
  ///   - schedule: who fires: schedules with other ids have other delays.
  public func time(of tick: Instant, before next: Instant?, schedule: UUIDValue) -> Instant {
    let room = next.map { min(bound, tick.distance(to: $0)) } ?? bound
    guard room > .zero else { return tick }
    var hash = StableHash()
    hash.add(schedule)
    hash.add(tick.microseconds)
    let share = hash.finish().0.multipliedFullWidth(by: UInt64(room.microseconds)).high
    return tick + Interval(microseconds: Int64(share))
  }
}
