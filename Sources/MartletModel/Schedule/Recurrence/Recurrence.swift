// Decides what a recurrence of RFC 5545 holds, and how its lines are read: DTSTART, RRULE, RDATE, EXRULE, EXDATE.

/// Rules and dates that say when, and others that say when not.
public struct Recurrence: Sendable, Hashable {
  /// The text it was read from.
  public let text: String
  /// The zone of `DTSTART;TZID=`, when the text names one.
  public private(set) var zone: String?
  private(set) var start = RecurrenceTime(local: LocalTime(2020, 1, 1))
  private(set) var rules: [RecurrenceRule] = []
  private(set) var excludedRules: [RecurrenceRule] = []
  private(set) var dates: [RecurrenceTime] = []
  private(set) var excludedDates: [RecurrenceTime] = []

  /// Reads the lines of a recurrence, or the parts of one rule alone: `FREQ=WEEKLY;BYDAY=MO`.
  ///
  /// Lines may be folded as in RFC 5545. Without a DTSTART the start is 2020-01-01T00:00:00, as in Prefect. The start is
  /// an occurrence only when a rule matches it. Times are local in the schedule's zone; those that end in `Z` are
  /// instants, whose local time in that zone counts; an UNTIL without a time is its midnight. Parts are filters, as in
  /// dateutil: BYYEARDAY, BYWEEKNO and BYMONTHDAY are taken with every frequency.
  ///
  /// - Throws: ``InvalidValue`` that names the part and the remedy.
  public init(_ text: String) throws(InvalidValue) {
    guard text.utf8.count <= ScheduleLimits.recurrenceText else {
      throw InvalidValue("rrule", "is longer than \(ScheduleLimits.recurrenceText) bytes")
    }
    self.text = text
    // Zones keep their small letters.
    for line in Self.unfolded(text).split(whereSeparator: \.isWhitespace) {
      let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let head = halves.count == 2 ? halves[0] : "RRULE"
      let parameters = head.split(separator: ";")
      try take(
        parameters.first.map { $0.uppercased() } ?? "", Array(parameters.dropFirst()),
        (halves.last ?? "").uppercased())
    }
    guard !rules.isEmpty || !dates.isEmpty else {
      throw InvalidValue("rrule", "has no RRULE and no RDATE: give one")
    }
    guard rules.count + excludedRules.count <= ScheduleLimits.rules else {
      throw InvalidValue("rrule", "has more than \(ScheduleLimits.rules) rules")
    }
  }

  /// Joins lines that begin with a space or a tab to the line before.
  private static func unfolded(_ text: String) -> String {
    var joined = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let isContinued = line.first == " " || line.first == "\t"
      joined += isContinued ? line.dropFirst() : "\n" + line
    }
    return joined
  }

  private mutating func take(
    _ name: String, _ parameters: [Substring], _ value: String
  ) throws(InvalidValue) {
    let field = RecurrenceField(name: name, text: value)
    switch name {
    case "RRULE", "EXRULE":
      guard parameters.isEmpty else { throw field.invalid("\(name) has no parameters") }
      let rule = try RecurrenceRule(parts: value)
      if name == "RRULE" { rules.append(rule) } else { excludedRules.append(rule) }
    case "DTSTART":
      start = try field.time(value)
      try takeZone(parameters, field)
    case "RDATE", "EXDATE":
      try takeZone(parameters, field)
      for element in value.split(separator: ",") {
        // Of a period the beginning counts.
        let time = try field.time(element.prefix { $0 != "/" })
        if name == "RDATE" { dates.append(time) } else { excludedDates.append(time) }
      }
    default:
      throw InvalidValue(
        "rrule.\(name.prefix(20))", "is not read: use DTSTART, RRULE, RDATE, EXRULE, EXDATE")
    }
  }

  private mutating func takeZone(
    _ parameters: [Substring], _ field: RecurrenceField
  ) throws(InvalidValue) {
    for parameter in parameters where !parameter.uppercased().hasPrefix("VALUE=") {
      let pieces = parameter.split(separator: "=", maxSplits: 1)
      guard pieces.count == 2, pieces[0].uppercased() == "TZID" else {
        throw field.invalid("the parameter \(parameter.prefix(20)) is not read")
      }
      let name = String(pieces[1])
      guard zone == nil || zone == name else {
        throw field.invalid("a second zone, \(name.prefix(64)): all times have one zone")
      }
      zone = name
    }
  }
}
