// Decides when a recurrence fires: what any of its rules and dates names and none of its exclusions does.

/// A recurrence in a zone.
struct RecurrenceSet: Sendable, Hashable {
  private let rules: [RecurrencePattern]
  private let excludedRules: [RecurrencePattern]
  private let dates: [LocalTime]
  private let excludedDates: Set<LocalTime>
  /// Days that are excluded whole, as they were given without a time.
  private let excludedDays: Set<Int>

  /// Compiles a recurrence.
  ///
  /// - Throws: ``InvalidValue`` when a rule never matches, or has an end that is too far to be counted.
  init(_ recurrence: Recurrence, zone: Zone) throws(InvalidValue) {
    let start = recurrence.start.local(in: zone)
    rules = try Self.patterns(recurrence.rules, start, zone)
    excludedRules = try Self.patterns(recurrence.excludedRules, start, zone)
    if rules.contains(where: { !$0.matches }) {
      throw InvalidValue(
        "rrule", "never matches: no day or time has all its BY parts; take out one of them")
    }
    dates = Set(recurrence.dates.map { $0.local(in: zone) }).sorted()
    let excluded = recurrence.excludedDates
    excludedDates = Set(excluded.filter { !$0.isDate }.map { $0.local(in: zone) })
    excludedDays = Set(excluded.filter(\.isDate).map(\.local.dayNumber))
  }

  private static func patterns(
    _ rules: [RecurrenceRule], _ start: LocalTime, _ zone: Zone
  ) throws(InvalidValue) -> [RecurrencePattern] {
    var patterns: [RecurrencePattern] = []
    for rule in rules { patterns.append(try RecurrencePattern(rule, start: start, zone: zone)) }
    return patterns
  }

  /// The first occurrence that is not before a time; nil when there is none, or too many are excluded before it.
  func next(atOrAfter time: LocalTime) -> LocalTime? {
    var time = time
    for _ in 0..<ScheduleLimits.exclusions {
      var found = dates.first { $0 >= time }
      for rule in rules {
        if let next = rule.next(atOrAfter: time) { found = min(found ?? next, next) }
      }
      guard let found else { return nil }
      if !isExcluded(found) { return found }
      time = LocalTime(seconds: found.seconds + 1)
    }
    return nil
  }

  private func isExcluded(_ time: LocalTime) -> Bool {
    excludedDates.contains(time)
      || !excludedDays.isEmpty && excludedDays.contains(time.dayNumber)
      || excludedRules.contains { $0.next(atOrAfter: time) == time }
  }
}
