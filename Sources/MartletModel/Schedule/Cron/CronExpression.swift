// Decides when a cron expression fires, on the wall clock: months, then days, then times of day.

/// A cron expression of five fields, or six with seconds last, as croniter and Prefect read them.
public struct CronExpression: Sendable, Hashable {
  /// The text it was read from.
  public let text: String
  let times: ClockTimes
  /// Bit 1 is January.
  let months: UInt16
  let days: CronDays

  /// When day and weekday are both given, whether one of them is enough.
  public var isEitherDay: Bool { days.isEither }

  /// The first local time that is not before another; nil after the year 9999.
  ///
  /// Costs the same wherever it starts. That there is one at all was checked when the text was read.
  func next(atOrAfter time: LocalTime) -> LocalTime? {
    let date = time.date
    var month = MonthDays(year: date.year, month: date.month)
    if months.has(date.month) {
      let days = days.days(of: month)
      if days.has(date.day), let second = times.first(atOrAfter: time.secondOfDay) {
        return LocalTime(seconds: time.dayNumber * 86_400 + second)
      }
      if let day = days.firstBit(from: date.day + 1) { return first(on: month.firstDay + day - 1) }
    }
    var (year, number) = (date.year, date.month)
    for _ in 0...ScheduleLimits.months {
      (year, number) = number == 12 ? (year + 1, 1) : (year, number + 1)
      guard months.has(number) else { continue }
      month = MonthDays(year: year, month: number)
      if let day = days.days(of: month).firstBit(from: 1) {
        return year > 9999 ? nil : first(on: month.firstDay + day - 1)
      }
    }
    return nil
  }

  private func first(on day: Int) -> LocalTime? {
    times.first(atOrAfter: 0).map { LocalTime(seconds: day * 86_400 + $0) }
  }
}

/// The days of a month that a cron expression means.
struct CronDays: Sendable, Hashable {
  /// Days by their number; nil is a `*`.
  var monthDays: MonthPart?
  /// Days by their weekday; nil is a `*`.
  var weekdays: WeekPart?
  /// Whether either part is enough when both are given.
  var isEither = true

  struct MonthPart: Sendable, Hashable {
    /// Bit 1 is the first day.
    var days: UInt32 = 0
    /// `L`: the last day.
    var hasLast = false
    /// `15W`: the workday nearest to a day; bit 1 is the first day.
    var workdays: UInt32 = 0
  }

  struct WeekPart: Sendable, Hashable {
    /// Bit 0 is Sunday.
    var weekdays: UInt8 = 0
    /// `5#2`: the weekdays of each n, of which -1 is the last.
    var counted: [Int: UInt8] = [:]
  }

  func days(of month: MonthDays) -> UInt32 {
    switch (monthDays.map { days(of: month, $0) }, weekdays.map { days(of: month, $0) }) {
    case (nil, nil): return month.all
    case (let days?, nil), (nil, let days?): return days
    case (let byNumber?, let byWeekday?):
      return isEither ? byNumber | byWeekday : byNumber & byWeekday
    }
  }

  private func days(of month: MonthDays, _ part: MonthPart) -> UInt32 {
    var days = part.days & month.all
    if part.hasLast { days |= 1 << month.length }
    var rest = part.workdays
    while rest != 0 {
      days |= month.workday(nearest: rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return days
  }

  private func days(of month: MonthDays, _ part: WeekPart) -> UInt32 {
    var days = month.days(on: part.weekdays)
    for (count, weekdays) in part.counted {
      for weekday in 0..<7 where weekdays.has(weekday) { days |= month.day(count, on: weekday) }
    }
    return days
  }
}
