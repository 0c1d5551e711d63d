// Decides in which order and from where the times of a schedule are walked: those that are to be made, and of those that
// nobody saw only the ones that may still fire.

extension Timetable {
  /// How many times are looked at in one step.
  private static let stretch = 64

  /// The times after an instant that fire, up to another one included, at most so many, with their due times.
  public func ticks(
    after instant: Instant, upTo last: Instant, limit: Int, jitter: Jitter?, schedule: ScheduleID
  ) -> [ScheduledTick] {
    // One more tells how much room jitter has.
    let found = occurrences(from: instant.next, limit: limit + 1).map(\.instant)
    var ticks: [ScheduledTick] = []
    for (index, time) in found.prefix(limit).enumerated() where time <= last {
      let following = index + 1 < found.count ? found[index + 1] : nil
      let due = jitter?.time(of: time, before: following, schedule: schedule.value) ?? time
      ticks.append(ScheduledTick(time: time, due: due))
    }
    return ticks
  }

  /// The latest time after an instant that fires, up to another one included; nil when there is none.
  ///
  /// The schedule is walked forwards only, so ever longer stretches before the end are looked at.
  func latest(after instant: Instant, upTo last: Instant) -> Instant? {
    var length = Interval.seconds(60)
    while true {
      let start = max(instant, last + Interval(microseconds: -length.microseconds))
      var cursor = start
      var latest: Instant?
      while let found = occurrences(from: cursor.next, to: last.next, limit: Self.stretch).last {
        latest = found.instant
        cursor = found.instant
      }
      if latest != nil || start == instant { return latest }
      length = Interval(microseconds: length.microseconds * 8)
    }
  }
}

extension Instant {
  /// The next instant there is.
  var next: Instant { self + Interval(microseconds: 1) }
}

extension Timetable {
  /// How many times fire from an instant on, before another; no more than a number is counted.
  public func count(from: Instant, to: Instant, atMost most: Int) -> Int {
    var count = 0
    var cursor = from
    while count < most {
      let found = occurrences(
        from: cursor, to: to, limit: min(most - count, ScheduleLimits.occurrences))
      count += found.count
      guard let last = found.last, found.count == ScheduleLimits.occurrences else { break }
      cursor = last.instant.next
    }
    return count
  }

  /// The last times that fire from an instant on, before another, the latest first.
  public func last(_ number: Int, from: Instant, to: Instant) -> [Instant] {
    var found: [Instant] = []
    var end = to
    while found.count < number, end > from,
      let time = latest(
        after: from + Interval(microseconds: -1), upTo: end + Interval(microseconds: -1))
    {
      found.append(time)
      end = time
    }
    return found
  }
}
