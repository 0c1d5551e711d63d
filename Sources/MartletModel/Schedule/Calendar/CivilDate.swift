// Decides how days are counted: the Gregorian calendar, days since 1970-01-01, weekdays from Sunday.

/// A date of the Gregorian calendar.
public struct CivilDate: Sendable, Hashable {
  /// The year; 1 BC is 0.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  /// Makes a date; what is out of range is the caller's mistake.
  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date so many days after 1970-01-01.
  public init(dayNumber: Int) {
    let shifted = dayNumber + 719_468
    let era = shifted.dividedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  public var dayNumber: Int { Self.dayNumber(year, month, day) }

  /// Days from 1970-01-01 to a date. The year begins in March for this, so that leap days come last.
  static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.dividedDown(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: return 30
    case 2: return isLeap(year) ? 29 : 28
    default: return 31
    }
  }

  static func days(inYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

  /// 0 is Sunday.
  static func weekday(ofDay number: Int) -> Int { (number + 4).remainderUp(by: 7) }

  /// The week of a day and the weeks of that week's year. A week belongs to the year that has its fourth day.
  static func week(ofDay number: Int, startingOn first: Int) -> (number: Int, of: Int) {
    let start = number - (weekday(ofDay: number) - first).remainderUp(by: 7)
    let year = CivilDate(dayNumber: start + 3).year
    return (
      (start + 3 - dayNumber(year, 1, 1)) / 7 + 1,
      (lastFourthDay(of: year, first) - dayNumber(year, 1, 1)) / 7 + 1
    )
  }

  private static func lastFourthDay(of year: Int, _ first: Int) -> Int {
    let day = dayNumber(year, 12, 28)
    return day - (weekday(ofDay: day) - first).remainderUp(by: 7) + 3
  }
}

extension FixedWidthInteger {
  /// The quotient, rounded towards minus infinity; the divisor is positive.
  func dividedDown(by divisor: Self) -> Self {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// The quotient, rounded towards infinity; the divisor is positive.
  func dividedUp(by divisor: Self) -> Self {
    let quotient = self / divisor
    return self % divisor > 0 ? quotient + 1 : quotient
  }

  /// The remainder, never negative; the divisor is positive.
  func remainderUp(by divisor: Self) -> Self {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
