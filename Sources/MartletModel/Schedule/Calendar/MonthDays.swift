// Decides how days of a month are a set: one bit a day.

/// A month whose days are picked; bit 1 is the first day.
struct MonthDays {
  let length: Int
  /// The weekday of the first day; 0 is Sunday.
  let firstWeekday: Int
  let firstDay: Int

  init(year: Int, month: Int) {
    length = CivilDate.days(inMonth: month, of: year)
    firstDay = CivilDate.dayNumber(year, month, 1)
    firstWeekday = CivilDate.weekday(ofDay: firstDay)
  }

  var all: UInt32 { UInt32((1 << (length + 1)) - 2) }

  /// The days on some weekdays, of which bit 0 is Sunday.
  func days(on weekdays: UInt8) -> UInt32 {
    let week = UInt64(weekdays & 0x7f)
    let turned = (week >> firstWeekday | week << (7 - firstWeekday)) & 0x7f
    var days: UInt64 = 0
    for shift in stride(from: 1, through: 29, by: 7) { days |= turned << shift }
    return UInt32(truncatingIfNeeded: days) & all
  }

  /// The n-th of a weekday, from the end when negative; nothing when the month has none.
  func day(_ count: Int, on weekday: Int) -> UInt32 {
    let day: Int
    if count > 0 {
      day = 1 + (weekday - firstWeekday).remainderUp(by: 7) + 7 * (count - 1)
    } else {
      day =
        length - (firstWeekday + length - 1 - weekday).remainderUp(by: 7) + 7 * (count + 1)
    }
    return 1...length ~= day ? 1 << day : 0
  }

  /// The weekday, Monday to Friday, that is nearest to a day without leaving the month.
  func workday(nearest day: Int) -> UInt32 {
    let day = min(day, length)
    switch (firstWeekday + day - 1) % 7 {
    case 6: return 1 << (day > 1 ? day - 1 : day + 2)
    case 0: return 1 << (day < length ? day + 1 : day - 2)
    default: return 1 << day
    }
  }
}
