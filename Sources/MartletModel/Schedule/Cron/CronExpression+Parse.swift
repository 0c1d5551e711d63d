// Decides how a cron expression is read: croniter's dialect, which is Prefect's.

extension CronExpression {
  /// Reads an expression: five fields (minute, hour, day, month, weekday), or six with seconds last; or `@daily` and
  /// its like.
  ///
  /// Fields are lists of values, ranges (which may go round: `fri-mon`) and steps. Months and weekdays have their English
  /// names, of three letters; Sunday is 0 or 7. Days know `L` (the last), `15W` (the workday nearest), `?`; weekdays
  /// know `5#2` (the second Friday), `L5` or `5L` (the last Friday), `?`.
  ///
  /// - Parameter isEitherDay: when day and weekday are both given, whether one of them is enough (as in cron) or both
  ///   must hold.
  /// - Throws: ``InvalidValue`` that names the field and the remedy; also when no day ever matches.
  public init(_ text: String, isEitherDay: Bool = true) throws(InvalidValue) {
    guard text.utf8.count <= ScheduleLimits.cronText else {
      throw InvalidValue("cron", "is longer than \(ScheduleLimits.cronText) bytes")
    }
    let words = text.lowercased().split(whereSeparator: \.isWhitespace)
    var fields = words
    if words.count == 1, words[0].hasPrefix("@") {
      guard let meaning = Self.nicknames[String(words[0])] else {
        let known = Self.nicknames.keys.sorted().joined(separator: ", ")
        throw InvalidValue("cron", "'\(words[0].prefix(20))' is not known: use one of \(known)")
      }
      fields = meaning.split(separator: " ")
    }
    guard 5...6 ~= fields.count else {
      throw InvalidValue(
        "cron",
        "has \(fields.count) fields: give 5 (minute hour day month weekday), or 6 with seconds last"
      )
    }
    let seconds = fields.count == 6 ? try Self.bits(.second, fields[5]) : 1
    times = ClockTimes(
      hours: try Self.bits(.hour, fields[1]), minutes: try Self.bits(.minute, fields[0]),
      seconds: seconds)
    months = UInt16(truncatingIfNeeded: try Self.bits(.month, fields[3]))
    days = CronDays(
      monthDays: try Self.monthPart(fields[2], beside: fields[4]),
      weekdays: try Self.weekPart(fields[4], beside: fields[2]), isEither: isEitherDay)
    self.text = text
    guard next(atOrAfter: LocalTime(2000, 1, 1)) != nil else {
      throw InvalidValue("cron", "never fires: its months have no such day; change day or month")
    }
  }

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  private static func elements(
    _ field: CronField, _ text: Substring
  ) throws(InvalidValue) -> [Substring] {
    let elements = text.split(separator: ",", omittingEmptySubsequences: false)
    if elements.contains(where: \.isEmpty) { throw field.invalid("has an empty place in its list") }
    return elements
  }

  private static func bits(_ field: CronField, _ text: Substring) throws(InvalidValue) -> UInt64 {
    var bits: UInt64 = 0
    for element in try elements(field, text) {
      for value in try field.values(element) { bits |= 1 << value }
    }
    return bits
  }

  /// Nil when every day is meant. A list of all days is a `*` only beside a field with a `*`, as in croniter.
  private static func monthPart(
    _ text: Substring, beside other: Substring
  ) throws(InvalidValue) -> CronDays.MonthPart? {
    let field = CronField.day
    if text == "?" { return nil }
    var part = CronDays.MonthPart()
    for element in try elements(field, text) {
      if element == "*" { return nil }
      if element == "l" {
        part.hasLast = true
      } else if element.hasSuffix("w") || element.hasPrefix("w") {
        let day = try field.value(element.hasPrefix("w") ? element.dropFirst() : element.dropLast())
        part.workdays |= 1 << day
      } else {
        for day in try field.values(element) { part.days |= 1 << day }
      }
    }
    let isAll = part.days.nonzeroBitCount == 31 && other.contains("*")
    return isAll ? nil : part
  }

  private static func weekPart(
    _ text: Substring, beside other: Substring
  ) throws(InvalidValue) -> CronDays.WeekPart? {
    let field = CronField.weekday
    if text == "?" { return nil }
    var part = CronDays.WeekPart()
    for element in try elements(field, text) {
      if element == "*" { return nil }
      let pieces = element.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      if pieces.count == 2 {
        guard let count = field.digits(pieces[1]), 1...5 ~= count else {
          throw field.invalid(
            "has '\(element.prefix(20))': a month has a first to a fifth, as in 5#2")
        }
        part.counted[count, default: 0] |= try weekdays(pieces[0])
      } else if element.count > 1, element.hasPrefix("l") || element.hasSuffix("l") {
        part.counted[-1, default: 0] |= try weekdays(
          element.hasPrefix("l") ? element.dropFirst() : element.dropLast())
      } else {
        part.weekdays |= try weekdays(element)
      }
    }
    let isAll = part.weekdays == 0x7f && other.contains("*")
    return isAll ? nil : part
  }

  private static func weekdays(_ text: Substring) throws(InvalidValue) -> UInt8 {
    // 7 is Sunday, whose bit is the first.
    try CronField.weekday.values(text).reduce(0) { $0 | 1 << ($1 % 7) }
  }
}
