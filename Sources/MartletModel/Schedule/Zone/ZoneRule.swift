// Decides how the last line of a zone's file is read: a POSIX rule for all the years after the listed transitions.

/// A rule as in `CET-1CEST,M3.5.0,M10.5.0/3`, with the extension of RFC 8536 for hours from -167 to 167.
struct ZoneRule: Sendable, Hashable {
  /// Seconds east of UTC in standard time.
  var standard: Int
  /// The other half of the year, when there is one.
  var summer: Summer?

  struct Summer: Sendable, Hashable {
    var offset: Int
    var start: YearlyTime
    var end: YearlyTime
  }

  /// A time of every year, by the clock before it.
  struct YearlyTime: Sendable, Hashable {
    enum Day: Sendable, Hashable {
      /// 1 to 365; February 29 is never counted.
      case julian(Int)
      /// 0 to 365; February 29 is counted.
      case ordinal(Int)
      /// The n-th weekday of a month; the fifth is the last.
      case weekday(month: Int, week: Int, weekday: Int)
    }
    var day: Day
    var second: Int

    /// Local seconds since the epoch.
    func local(in year: Int) -> Int {
      let first = CivilDate.dayNumber(year, 1, 1)
      let number: Int
      switch day {
      case .julian(let day):
        number = first + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
      case .ordinal(let day): number = first + day
      case .weekday(let month, let week, let weekday):
        let days = MonthDays(year: year, month: month)
        let bits = days.day(week == 5 ? -1 : week, on: weekday)
        number = days.firstDay + bits.trailingZeroBitCount - 1
      }
      return number * 86_400 + second
    }
  }

  /// The changes from the year before to the year after, ascending.
  func changes(around year: Int) -> [(at: Int, offset: Int)] {
    guard let summer else { return [(.min / 4, standard)] }
    let changes = (year - 2...year + 1).flatMap { year in
      [
        (at: summer.start.local(in: year) - standard, offset: summer.offset),
        (at: summer.end.local(in: year) - summer.offset, offset: standard),
      ]
    }
    // Of two at once, as where it is summer all year, the year's own order is right.
    return changes.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element)
  }

  /// Reads a rule; nil when it is none.
  init?(_ text: some StringProtocol) {
    var reader = ZoneRuleReader(text)
    guard reader.skipName(), let west = reader.time(limit: 24) else { return nil }
    standard = -west
    guard !reader.isAtEnd else { return }
    guard reader.skipName() else { return nil }
    var offset = standard + 3600
    if !reader.isAt(",") {
      guard let west = reader.time(limit: 24) else { return nil }
      offset = -west
    }
    guard let start = reader.yearlyTime(), let end = reader.yearlyTime(), reader.isAtEnd else {
      return nil
    }
    summer = Summer(offset: offset, start: start, end: end)
  }
}

private struct ZoneRuleReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { index == bytes.count }

  func isAt(_ character: Unicode.Scalar) -> Bool {
    index < bytes.count && bytes[index] == UInt8(ascii: character)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isAt(character) else { return false }
    index += 1
    return true
  }

  /// `CEST` or `<+03>`; its text means nothing here.
  mutating func skipName() -> Bool {
    let start = index
    if take("<") {
      while !isAtEnd, !isAt(">") { index += 1 }
      return take(">")
    }
    while !isAtEnd, (bytes[index] | 0x20) >= UInt8(ascii: "a"),
      (bytes[index] | 0x20) <= UInt8(ascii: "z")
    {
      index += 1
    }
    return index - start >= 3
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    var number = 0
    let start = index
    while !isAtEnd, index - start < 4, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] {
      number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
      index += 1
    }
    return index > start && range ~= number ? number : nil
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func time(limit hours: Int) -> Int? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hour = number(0...hours) else { return nil }
    var seconds = hour * 3600
    for unit in [60, 1] {
      guard take(":") else { break }
      guard let part = number(0...59) else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  /// `,M3.5.0/2`, `,J60` or `,59`.
  mutating func yearlyTime() -> ZoneRule.YearlyTime? {
    guard take(",") else { return nil }
    let day: ZoneRule.YearlyTime.Day
    if take("M") {
      guard let month = number(1...12), take("."), let week = number(1...5), take("."),
        let weekday = number(0...6)
      else { return nil }
      day = .weekday(month: month, week: week, weekday: weekday)
    } else if take("J") {
      guard let number = number(1...365) else { return nil }
      day = .julian(number)
    } else {
      guard let number = number(0...365) else { return nil }
      day = .ordinal(number)
    }
    guard take("/") else { return ZoneRule.YearlyTime(day: day, second: 7200) }
    guard let second = time(limit: 167) else { return nil }
    return ZoneRule.YearlyTime(day: day, second: second)
  }
}
