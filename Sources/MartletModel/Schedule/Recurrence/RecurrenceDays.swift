// Decides on which days a rule may fire: every part that names days is a filter, and all of them must let a day pass.

/// The parts of a rule that say which days, with what its start says where they are silent.
struct RecurrenceDays: Sendable, Hashable {
  private let months: UInt16
  private let monthDays: UInt32?
  private let monthDaysFromEnd: UInt32
  private let yearDays: Set<Int>
  private let weeks: Set<Int>
  private let weekStart: Int
  /// Plain weekdays; bit 0 is Sunday.
  private let weekdays: UInt8
  /// Weekdays that are counted, within months or within years.
  private let counted: [RecurrenceRule.Day]
  private let countsInYear: Bool

  private static let everyMonth: UInt16 = 0x1ffe

  init(_ rule: RecurrenceRule, start: LocalTime) {
    let date = start.date
    var months = rule.months
    var monthDays = rule.monthDays
    var days = rule.days
    if !rule.namesDays {
      switch rule.frequency {
      case .yearly:
        months = months ?? 1 << date.month
        monthDays = 1 << date.day
      case .monthly: monthDays = 1 << date.day
      case .weekly:
        days = [RecurrenceRule.Day(weekday: CivilDate.weekday(ofDay: start.dayNumber))]
      case .daily, .hourly, .minutely, .secondly: break
      }
    }
    self.months = months ?? Self.everyMonth
    self.monthDays = monthDays
    monthDaysFromEnd = rule.monthDaysFromEnd ?? 0
    yearDays = rule.yearDays
    weeks = rule.weeks
    weekStart = rule.weekStart
    weekdays = days.reduce(0) { $1.count == nil ? $0 | 1 << $1.weekday : $0 }
    counted = days.filter { $0.count != nil }
    countsInYear = rule.frequency == .yearly && rule.months == nil
  }

  /// The days of a month that pass; bit 1 is the first.
  func days(inMonth number: Int, of year: Int) -> UInt32 {
    guard months.has(number) else { return 0 }
    let month = MonthDays(year: year, month: number)
    var days = month.all
    if let monthDays {
      var picked = monthDays
      var rest = monthDaysFromEnd
      while rest != 0 {
        let day = month.length + 1 - rest.trailingZeroBitCount
        if day > 0 { picked |= 1 << day }
        rest &= rest - 1
      }
      days &= picked
    }
    if weekdays != 0 || !counted.isEmpty {
      var picked = month.days(on: weekdays)
      for day in counted { picked |= self.days(of: month, in: year, day) }
      days &= picked
    }
    if !yearDays.isEmpty || !weeks.isEmpty {
      var rest = days
      while rest != 0 {
        let day = rest.trailingZeroBitCount
        if !passes(month.firstDay + day - 1, of: year) { days &= ~(1 << day) }
        rest &= rest - 1
      }
    }
    return days
  }

  private func days(of month: MonthDays, in year: Int, _ day: RecurrenceRule.Day) -> UInt32 {
    guard let count = day.count else { return 0 }
    guard countsInYear else { return month.day(count, on: day.weekday) }
    let edge =
      count > 0 ? CivilDate.dayNumber(year, 1, 1) : CivilDate.dayNumber(year, 12, 31)
    let weekday = CivilDate.weekday(ofDay: edge)
    let number =
      count > 0
      ? edge + (day.weekday - weekday).remainderUp(by: 7) + 7 * (count - 1)
      : edge - (weekday - day.weekday).remainderUp(by: 7) + 7 * (count + 1)
    let place = number - month.firstDay + 1
    return 1...month.length ~= place ? 1 << place : 0
  }

  private func passes(_ day: Int, of year: Int) -> Bool {
    if !yearDays.isEmpty {
      let place = day - CivilDate.dayNumber(year, 1, 1) + 1
      guard yearDays.contains(place) || yearDays.contains(place - 1 - CivilDate.days(inYear: year))
      else { return false }
    }
    if !weeks.isEmpty {
      let week = CivilDate.week(ofDay: day, startingOn: weekStart)
      return weeks.contains(week.number) || weeks.contains(week.number - week.of - 1)
    }
    return true
  }

  /// Whether a day passes.
  func contains(_ day: Int) -> Bool {
    let date = CivilDate(dayNumber: day)
    return days(inMonth: date.month, of: date.year).has(date.day)
  }

  /// The first day from one to another that passes.
  func first(from day: Int, through last: Int) -> Int? {
    guard day <= last else { return nil }
    var date = CivilDate(dayNumber: day)
    var from = date.day
    var firstDay = day - date.day + 1
    for _ in 0...ScheduleLimits.months where firstDay <= last {
      if let found = days(inMonth: date.month, of: date.year).firstBit(from: from) {
        return firstDay + found - 1 <= last ? firstDay + found - 1 : nil
      }
      firstDay += CivilDate.days(inMonth: date.month, of: date.year)
      (date.year, date.month) = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
      from = 1
    }
    return nil
  }
}
