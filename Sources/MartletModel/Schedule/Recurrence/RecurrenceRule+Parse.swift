// Decides how a recurrence rule is read: the parts of RFC 5545, section 3.3.10, each within its bounds.

extension RecurrenceRule {
  static let weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]

  private static let frequencies: [String: Frequency] = [
    "SECONDLY": .secondly, "MINUTELY": .minutely, "HOURLY": .hourly, "DAILY": .daily,
    "WEEKLY": .weekly, "MONTHLY": .monthly, "YEARLY": .yearly,
  ]

  /// Reads the parts after `RRULE:`, in capitals: `FREQ=MONTHLY;BYDAY=-1FR`.
  init(parts text: some StringProtocol) throws(InvalidValue) {
    self.init(frequency: .daily)
    var seen: Set<String> = []
    for part in text.split(separator: ";") {
      let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      guard pieces.count == 2, !pieces[1].isEmpty else {
        throw InvalidValue("rrule.\(name.prefix(20))", "has no value: write NAME=VALUE")
      }
      guard seen.insert(name).inserted else {
        throw InvalidValue("rrule.\(name.prefix(20))", "is given twice")
      }
      try take(name, RecurrenceField(name: name, text: String(pieces[1])))
    }
    guard seen.contains("FREQ") else {
      throw InvalidValue("rrule.FREQ", "is missing: give SECONDLY to YEARLY")
    }
    try checkTogether()
  }

  private mutating func take(_ name: String, _ field: RecurrenceField) throws(InvalidValue) {
    switch name {
    case "FREQ":
      guard let frequency = Self.frequencies[field.text] else {
        throw field.invalid("is not known: use SECONDLY to YEARLY")
      }
      self.frequency = frequency
    case "INTERVAL": interval = try field.number(field.text, 1...100_000_000)
    case "COUNT": count = try field.number(field.text, 1...1_000_000_000)
    case "UNTIL": until = try field.time(field.text)
    case "WKST":
      guard let weekday = Self.weekdays.firstIndex(of: field.text) else {
        throw field.invalid("is no weekday: use SU to SA")
      }
      weekStart = weekday
    case "BYMONTH": months = try field.bits(1...12)
    case "BYMONTHDAY":
      let numbers = try field.numbers(1...31, isSigned: true)
      monthDays = numbers.filter { $0 > 0 }.reduce(0) { $0 | 1 << $1 }
      monthDaysFromEnd = numbers.filter { $0 < 0 }.reduce(0) { $0 | 1 << -$1 }
    case "BYYEARDAY": yearDays = Set(try field.numbers(1...366, isSigned: true))
    case "BYWEEKNO": weeks = Set(try field.numbers(1...53, isSigned: true))
    case "BYDAY", "BYWEEKDAY": days = try field.days()
    case "BYHOUR": hours = try field.bits(0...23)
    case "BYMINUTE": minutes = try field.bits(0...59)
    case "BYSECOND": seconds = try field.bits(0...59)
    case "BYSETPOS": places = try field.numbers(1...366, isSigned: true)
    default: throw field.invalid("is no part of a rule in RFC 5545")
    }
  }

  private func checkTogether() throws(InvalidValue) {
    if count != nil, until != nil {
      throw InvalidValue("rrule.COUNT", "excludes UNTIL: give one of them")
    }
    if frequency < .monthly, let day = days.first(where: { $0.count != nil }) {
      let name = Self.weekdays[day.weekday]
      throw InvalidValue(
        "rrule.BYDAY",
        "counts \(day.count ?? 0)\(name) within a month or a year: write \(name), or FREQ=MONTHLY")
    }
    if !places.isEmpty, isPlain(besides: \.places) {
      throw InvalidValue("rrule.BYSETPOS", "needs another BY part to choose from")
    }
  }

  private func isPlain(besides part: WritableKeyPath<Self, [Int]>) -> Bool {
    var copy = self
    copy[keyPath: part] = []
    return copy.isPlain
  }
}

/// A part of a rule, or a property of a recurrence, and how its values are read.
struct RecurrenceField {
  var name: String
  var text: String

  func invalid(_ problem: String) -> InvalidValue {
    InvalidValue("rrule.\(name.prefix(20))", "\(text.prefix(40)): \(problem)")
  }

  private func elements() throws(InvalidValue) -> [Substring] {
    let elements = text.split(separator: ",", omittingEmptySubsequences: false)
    guard elements.count <= ScheduleLimits.list else {
      throw invalid("has more than \(ScheduleLimits.list) entries")
    }
    return elements
  }

  func number(_ text: some StringProtocol, _ range: ClosedRange<Int>) throws(InvalidValue) -> Int {
    guard let number = Int(text), range ~= number else {
      throw invalid("'\(text.prefix(20))' is not from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Numbers of a range, and their negatives when `isSigned`.
  func numbers(_ range: ClosedRange<Int>, isSigned: Bool) throws(InvalidValue) -> [Int] {
    var numbers: [Int] = []
    for element in try elements() {
      if isSigned, element.hasPrefix("-") {
        numbers.append(-(try number(element.dropFirst(), range)))
      } else {
        numbers.append(try number(element, range))
      }
    }
    return numbers
  }

  func bits<Bits: FixedWidthInteger>(_ range: ClosedRange<Int>) throws(InvalidValue) -> Bits {
    try numbers(range, isSigned: false).reduce(0) { $0 | 1 << Bits($1) }
  }

  /// `MO,-1FR,2TU`.
  func days() throws(InvalidValue) -> [RecurrenceRule.Day] {
    var days: [RecurrenceRule.Day] = []
    for element in try elements() {
      guard let weekday = RecurrenceRule.weekdays.firstIndex(of: String(element.suffix(2))) else {
        throw invalid("'\(element.prefix(20))' is no weekday: use SU to SA, or -1FR")
      }
      var rest = element.dropLast(2)
      guard !rest.isEmpty else {
        days.append(RecurrenceRule.Day(weekday: weekday))
        continue
      }
      let isNegative = rest.hasPrefix("-")
      if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
      let count = try number(rest, 1...53)
      days.append(RecurrenceRule.Day(weekday: weekday, count: isNegative ? -count : count))
    }
    return days
  }

  /// `20260329T023000Z`, `20260329T023000` or `20260329`.
  func time(_ text: some StringProtocol) throws(InvalidValue) -> RecurrenceTime {
    var bytes = Array(text.utf8)
    let isUTC = bytes.last == UInt8(ascii: "Z")
    if isUTC { bytes.removeLast() }
    let isDate = bytes.count == 8
    guard isDate || bytes.count == 15 && bytes[8] == UInt8(ascii: "T"),
      let year = digits(bytes[0..<4]), let month = digits(bytes[4..<6]),
      let day = digits(bytes[6..<8]), year >= 1, 1...12 ~= month,
      1...CivilDate.days(inMonth: month, of: year) ~= day
    else { throw invalid("'\(text.prefix(20))' is no time: write 20260329T023000") }
    guard !isDate else {
      return RecurrenceTime(local: LocalTime(year, month, day), isDate: true)
    }
    guard let hour = digits(bytes[9..<11]), let minute = digits(bytes[11..<13]),
      let second = digits(bytes[13..<15]), hour <= 23, minute <= 59, second <= 59
    else { throw invalid("'\(text.prefix(20))' is no time of day: write 20260329T023000") }
    return RecurrenceTime(local: LocalTime(year, month, day, hour, minute, second), isUTC: isUTC)
  }

  private func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1) - 48 }
  }
}
