// Decides what a clock on the wall shows: a date and a time of day, without a zone.

/// A local date and time, in whole seconds. Whether it exists, or comes twice, is up to a zone.
public struct LocalTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00 on the same clock.
  public var seconds: Int

  /// The first second of year 1, before which nothing is scheduled.
  public static let earliest = LocalTime(1, 1, 1)
  /// The last second of year 9999, after which nothing is scheduled.
  public static let latest = LocalTime(9999, 12, 31, 23, 59, 59)

  /// Takes seconds since 1970-01-01T00:00:00 on the same clock.
  public init(seconds: Int) { self.seconds = seconds }

  /// Takes what a clock shows.
  public init(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0
  ) {
    seconds =
      CivilDate.dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// The date.
  public var date: CivilDate { CivilDate(dayNumber: dayNumber) }
  /// Days since 1970-01-01.
  public var dayNumber: Int { seconds.dividedDown(by: 86_400) }
  /// Seconds since midnight.
  public var secondOfDay: Int { seconds.remainderUp(by: 86_400) }

  /// `2026-03-29T02:30:00`.
  public var description: String {
    let date = date
    let second = secondOfDay
    return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))"
      + "T\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
  }

  /// Earlier first.
  public static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }
}

private func padded(_ number: Int, _ width: Int = 2) -> String {
  let digits = "\(number)"
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
