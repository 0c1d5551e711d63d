// Decides when a rule fires, on the wall clock: from any time it jumps to the period that has it, and looks no further
// than it must. Only the end of a rule with a COUNT takes a walk, once.

/// A rule with its start.
struct RecurrencePattern: Sendable, Hashable {
  private let frequency: RecurrenceRule.Frequency
  private let interval: Int
  private let start: LocalTime
  private var end = LocalTime.latest
  private let days: RecurrenceDays
  private let times: ClockTimes
  private let places: [Int]
  private let weekOrigin: Int
  /// Whether the rule has any occurrence, before it is cut by COUNT or UNTIL.
  private(set) var matches = false

  /// Compiles a rule.
  ///
  /// - Throws: ``InvalidValue`` when the end of a COUNT is too far to be found.
  init(_ rule: RecurrenceRule, start: LocalTime, zone: Zone) throws(InvalidValue) {
    frequency = rule.frequency
    interval = rule.interval
    self.start = start
    days = RecurrenceDays(rule, start: start)
    let second = start.secondOfDay
    let isFine: (RecurrenceRule.Frequency) -> Bool = { rule.frequency <= $0 }
    times = ClockTimes(
      hours: rule.hours ?? (isFine(.hourly) ? ClockTimes.everyHour : 1 << (second / 3600)),
      minutes: rule.minutes
        ?? (isFine(.minutely) ? ClockTimes.everySixtieth : 1 << (second / 60 % 60)),
      seconds: rule.seconds ?? (isFine(.secondly) ? ClockTimes.everySixtieth : 1 << (second % 60)))
    places = rule.places
    weekOrigin = -(4 - rule.weekStart).remainderUp(by: 7)
    guard let first = next(atOrAfter: start) else { return }
    matches = true
    if let until = rule.until { end = until.local(in: zone) }
    if let count = rule.count { end = try last(of: count, from: first, isPlain: rule.isPlain) }
  }

  private func last(
    of count: Int, from first: LocalTime, isPlain: Bool
  ) throws(InvalidValue) -> LocalTime {
    if isPlain, frequency <= .weekly {
      let length = interval * Self.length(frequency)
      let (distance, overflow) = length.multipliedReportingOverflow(by: count - 1)
      guard !overflow, distance < LocalTime.latest.seconds - first.seconds else { return .latest }
      return LocalTime(seconds: first.seconds + distance)
    }
    guard isPlain || count <= ScheduleLimits.count else {
      throw InvalidValue(
        "rrule.COUNT", "\(count) is above \(ScheduleLimits.count) beside BY parts: use UNTIL")
    }
    var last = first
    for _ in 1..<max(count, 1) {
      guard let next = next(atOrAfter: LocalTime(seconds: last.seconds + 1)) else { break }
      last = next
    }
    return last
  }

  /// The first occurrence that is not before a time; nil when there is none any more.
  func next(atOrAfter time: LocalTime) -> LocalTime? {
    let from = max(time, start)
    guard from <= end else { return nil }
    let found = frequency >= .daily ? nextInDays(from.seconds) : nextInDay(from.seconds)
    return found.flatMap { $0 <= end.seconds ? LocalTime(seconds: $0) : nil }
  }

  // MARK: Periods

  /// Seconds of a period, as far as periods have one length.
  private static func length(_ frequency: RecurrenceRule.Frequency) -> Int {
    switch frequency {
    case .secondly: 1
    case .minutely: 60
    case .hourly: 3600
    case .daily: 86_400
    case .weekly: 7 * 86_400
    case .monthly, .yearly: 0
    }
  }

  /// The number of the period that has a time.
  private func period(of second: Int) -> Int {
    switch frequency {
    case .yearly: return LocalTime(seconds: second).date.year
    case .monthly:
      let date = LocalTime(seconds: second).date
      return date.year * 12 + date.month - 1
    case .weekly: return (second.dividedDown(by: 86_400) - weekOrigin).dividedDown(by: 7)
    case .daily, .hourly, .minutely, .secondly:
      return second.dividedDown(by: Self.length(frequency))
    }
  }

  /// The first period of the rule that is not before another.
  private func aligned(_ period: Int) -> Int {
    let origin = self.period(of: start.seconds)
    return origin + (period - origin).dividedUp(by: interval) * interval
  }

  /// The days of a period, first and last.
  private func bounds(of period: Int) -> ClosedRange<Int> {
    switch frequency {
    case .yearly: return CivilDate.dayNumber(period, 1, 1)...CivilDate.dayNumber(period, 12, 31)
    case .monthly:
      let (year, month) = (period.dividedDown(by: 12), period.remainderUp(by: 12) + 1)
      let first = CivilDate.dayNumber(year, month, 1)
      return first...first + CivilDate.days(inMonth: month, of: year) - 1
    case .weekly:
      let first = weekOrigin + period * 7
      return first...first + 6
    case .daily, .hourly, .minutely, .secondly: return period...period
    }
  }

  // MARK: Days and longer

  private func nextInDays(_ second: Int) -> Int? {
    let lastDay = end.dayNumber
    var period = aligned(self.period(of: second))
    for _ in 0..<ScheduleLimits.periods {
      let bounds = bounds(of: period)
      guard bounds.lowerBound <= lastDay else { return nil }
      if let found = places.isEmpty ? first(in: bounds, second) : firstPlace(in: bounds, second) {
        return found
      }
      period += interval
      // A day or week that cannot match leads on to the next that can.
      if frequency <= .weekly, places.isEmpty {
        guard let day = days.first(from: self.bounds(of: period).lowerBound, through: lastDay)
        else {
          return nil
        }
        period = aligned(self.period(of: day * 86_400))
      }
    }
    return nil
  }

  private func first(in bounds: ClosedRange<Int>, _ second: Int) -> Int? {
    let from = max(bounds.lowerBound, second.dividedDown(by: 86_400))
    guard let day = days.first(from: from, through: bounds.upperBound) else { return nil }
    if day * 86_400 >= second { return times.first(atOrAfter: 0).map { day * 86_400 + $0 } }
    if let time = times.first(atOrAfter: second - day * 86_400) { return day * 86_400 + time }
    guard let next = days.first(from: day + 1, through: bounds.upperBound) else { return nil }
    return times.first(atOrAfter: 0).map { next * 86_400 + $0 }
  }

  /// The same, of the places in the period's set.
  private func firstPlace(in bounds: ClosedRange<Int>, _ second: Int) -> Int? {
    var matching: [Int] = []
    var day = bounds.lowerBound
    while let next = days.first(from: day, through: bounds.upperBound) {
      matching.append(next)
      day = next + 1
    }
    return firstPlace(of: matching.count * times.count, from: second) { place in
      matching[place / times.count] * 86_400 + times[place % times.count]
    }
  }

  private func firstPlace(of count: Int, from second: Int, _ time: (Int) -> Int) -> Int? {
    places.compactMap { place -> Int? in
      let index = place > 0 ? place - 1 : count + place
      guard 0..<count ~= index else { return nil }
      let time = time(index)
      return time >= second ? time : nil
    }.min()
  }

  // MARK: Hours and shorter

  private func nextInDay(_ second: Int) -> Int? {
    let length = Self.length(frequency)
    let lastDay = end.dayNumber
    var second = second
    var knownDay: Int?
    for _ in 0..<ScheduleLimits.periods {
      let period = aligned(self.period(of: second))
      second = max(second, period * length)
      let day = second.dividedDown(by: 86_400)
      if day != knownDay {
        guard let next = days.first(from: day, through: lastDay) else { return nil }
        knownDay = next
        guard next == day else {
          second = next * 86_400
          continue
        }
      }
      if let later = laterPeriod(than: second - day * 86_400) {
        second = day * 86_400 + later
        continue
      }
      if let found = first(inPeriodAt: period * length, second) { return found }
      second = (period + 1) * length
    }
    return nil
  }

  /// Where to go on when the hour, minute or second is none of the rule's, as far as a period decides it.
  private func laterPeriod(than second: Int) -> Int? {
    let (hour, minute) = (second / 3600, second / 60 % 60)
    let allowed = ClockTimes(
      hours: times.hours,
      minutes: frequency <= .minutely ? times.minutes : ClockTimes.everySixtieth,
      seconds: frequency == .secondly ? times.seconds : ClockTimes.everySixtieth)
    if allowed.hours.has(hour), allowed.minutes.has(minute), allowed.seconds.has(second % 60) {
      return nil
    }
    return allowed.first(atOrAfter: second) ?? 86_400
  }

  private func first(inPeriodAt start: Int, _ second: Int) -> Int? {
    let within = ClockTimes(
      hours: 1, minutes: frequency == .hourly ? times.minutes : 1,
      seconds: frequency >= .minutely ? times.seconds : 1)
    guard places.isEmpty else {
      return firstPlace(of: within.count, from: second) { start + within[$0] }
    }
    return within.first(atOrAfter: second - start).map { start + $0 }
  }
}
