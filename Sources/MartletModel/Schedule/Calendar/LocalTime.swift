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
  public var description: String { String(decoding: digits, as: UTF8.self) }

  /// The same, in UTF-8.
  var digits: [UInt8] {
    let date = date
    let second = secondOfDay
    var text: [UInt8] = []
    text.reserveCapacity(32)
    text.appendDigits(date.year, 4)
    text.append(UInt8(ascii: "-"))
    text.appendDigits(date.month, 2)
    text.append(UInt8(ascii: "-"))
    text.appendDigits(date.day, 2)
    text.append(UInt8(ascii: "T"))
    text.appendDigits(second / 3600, 2)
    text.append(UInt8(ascii: ":"))
    text.appendDigits(second / 60 % 60, 2)
    text.append(UInt8(ascii: ":"))
    text.appendDigits(second % 60, 2)
    return text
  }

  /// Earlier first.
  public static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }
}

extension [UInt8] {
  /// Writes a number with at least so many digits; a negative one behind its sign.
  mutating func appendDigits(_ number: Int, _ width: Int) {
    let digits = String(number.magnitude).utf8
    if number < 0 { append(UInt8(ascii: "-")) }
    for _ in digits.count..<Swift.max(width, digits.count) { append(UInt8(ascii: "0")) }
    append(contentsOf: digits)
  }
}
