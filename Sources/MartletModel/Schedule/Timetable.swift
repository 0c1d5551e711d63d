// Decides which instants a schedule's local times are: stretch by stretch of the zone's offsets, in the order of instants.

/// A schedule with the data of its zone, ready to be asked. A question costs microseconds, wherever its schedule began.
public struct Timetable: Sendable, Hashable {
  private enum Times: Sendable, Hashable {
    case elapsed(IntervalRule)
    case days(DayStep, fraction: Int64)
    case cron(CronExpression)
    case recurrence(RecurrenceSet)
  }

  /// The schedule.
  public let schedule: Schedule
  /// The zone.
  public let zone: Zone
  private let times: Times

  /// Joins a schedule with its zone. Only the COUNT of a recurrence takes a walk over its occurrences here.
  ///
  /// - Throws: ``InvalidValue`` when the zone is another, or a rule never matches or ends too far away to be counted.
  public init(_ schedule: Schedule, in zone: Zone) throws(InvalidValue) {
    guard zone.name == schedule.zone else {
      throw InvalidValue("zone", "is \(schedule.zone), the data is of \(zone.name)")
    }
    self.schedule = schedule
    self.zone = zone
    switch schedule.rule {
    case .cron(let expression): times = .cron(expression)
    case .recurrence(let recurrence):
      times = .recurrence(try RecurrenceSet(recurrence, zone: zone))
    case .interval(let rule):
      if let days = rule.days {
        times = .days(
          DayStep(days: days, anchor: zone.local(at: rule.anchor)),
          fraction: rule.anchor.microseconds.remainderUp(by: 1_000_000))
      } else {
        times = .elapsed(rule)
      }
    }
  }

  /// The next occurrence at an instant or after it that fires; nil when there is none before the year 10000.
  public func next(atOrAfter instant: Instant) -> Occurrence? {
    occurrences(from: instant, limit: 1).first
  }

  /// The occurrences from an instant on, before another; see `Schedule.occurrences`.
  public func occurrences(
    from: Instant, to: Instant? = nil, limit: Int, withDropped: Bool = false
  ) -> [Occurrence] {
    var found: [Occurrence] = []
    let limit = min(limit, ScheduleLimits.occurrences)
    let end = min(to ?? Self.latest, schedule.end ?? Self.latest, Self.latest)
    var cursor = max(from, schedule.start ?? from, Self.earliest)
    while found.count < limit, cursor < end, let next = candidate(atOrAfter: cursor),
      next.instant < end
    {
      if next.fires || withDropped { found.append(next) }
      cursor = Instant(microseconds: next.instant.microseconds + 1)
    }
    return found
  }

  private static let earliest = Instant(microseconds: Int64(LocalTime.earliest.seconds) * 1_000_000)
  private static let latest = Instant(microseconds: Int64(LocalTime.latest.seconds) * 1_000_000)

  /// The first at an instant or later, whether it fires or not.
  private func candidate(atOrAfter instant: Instant) -> Occurrence? {
    guard case .elapsed(let rule) = times else { return walled(atOrAfter: instant) }
    return rule.next(atOrAfter: instant).map(elapsed)
  }

  private func elapsed(_ instant: Instant) -> Occurrence {
    let second = Int(instant.microseconds.dividedDown(by: 1_000_000))
    let span = zone.span(at: second)
    let local = LocalTime(seconds: second + span.offset)
    return Occurrence(
      instant: instant, local: local, offset: span.offset, clock: clock(of: local, in: span),
      fires: true)
  }

  // MARK: The wall clock

  private func next(atOrAfter time: LocalTime) -> LocalTime? {
    switch times {
    case .elapsed: nil
    case .days(let step, _): step.next(atOrAfter: time)
    case .cron(let expression): expression.next(atOrAfter: time)
    case .recurrence(let set): set.next(atOrAfter: time)
    }
  }

  private var fraction: Int64 {
    if case .days(_, let fraction) = times { return fraction }
    return 0
  }

  /// Looks through the stretches of one offset each: at the local times in a stretch, and at those that the clock jumped
  /// over as it began.
  private func walled(atOrAfter instant: Instant) -> Occurrence? {
    var second = Int((instant.microseconds - fraction).dividedUp(by: 1_000_000))
    while second <= LocalTime.latest.seconds {
      let span = zone.span(at: second)
      let regular = next(atOrAfter: LocalTime(seconds: second + span.offset))
      let shifted = span.gap.flatMap { gap in
        next(atOrAfter: LocalTime(seconds: max(gap.lowerBound, second + span.offsetBefore)))
          .flatMap { $0.seconds < gap.upperBound ? $0 : nil }
      }
      let isHere = regular.map { $0.seconds < span.end + span.offset } ?? false
      if let shifted {
        let shiftedSecond = shifted.seconds - span.offsetBefore
        // One that falls on a regular one is the same.
        if !isHere || regular.map({ shiftedSecond < $0.seconds - span.offset }) ?? true {
          return occurrence(at: shiftedSecond, shifted, span, .skipped)
        }
      }
      if isHere, let regular {
        return occurrence(
          at: regular.seconds - span.offset, regular, span, clock(of: regular, in: span))
      }
      if span.repeated != nil {
        // What was shown already comes again after the change.
        second = span.end
      } else if let regular {
        // An offset is never more than 26 hours, so that no change that matters is passed.
        second = max(span.end, regular.seconds - 26 * 3600)
      } else {
        return nil
      }
    }
    return nil
  }

  private func clock(of local: LocalTime, in span: Zone.Span) -> Occurrence.Clock {
    if span.repeats?.contains(local.seconds) == true { return .second }
    if span.repeated?.contains(local.seconds) == true { return .first }
    return .ordinary
  }

  private func occurrence(
    at second: Int, _ local: LocalTime, _ span: Zone.Span, _ clock: Occurrence.Clock
  ) -> Occurrence {
    let fires =
      switch clock {
      case .ordinary: true
      case .skipped: schedule.policy.skipped == .shift
      case .first: schedule.policy.repeated != .second
      case .second: schedule.policy.repeated != .first
      }
    return Occurrence(
      instant: Instant(microseconds: Int64(second) * 1_000_000 + fraction), local: local,
      offset: span.offset, clock: clock, fires: fires)
  }
}
