// Decides how a schedule is kept as text: JSON with sorted keys, so that two schedules are the same when their texts are.

extension ScheduleSpec {
  /// The schedule without its pause, which is kept beside it. Equal schedules have equal texts.
  public var text: String {
    var members = SortedMembers()
    switch schedule.rule {
    case .cron(let cron):
      members.add("cron", cron.text)
      if !cron.days.isEither { members.add("day_and_weekday", .bool(true)) }
    case .interval(let rule):
      members.add("length", rule.length.microseconds)
      members.add("anchor", rule.anchor.microseconds)
    case .recurrence(let recurrence): members.add("recurrence", recurrence.text)
    }
    members.add("slug", slug)
    members.add("zone", schedule.zone)
    members.add("skipped", schedule.policy.skipped.word)
    members.add("repeated", schedule.policy.repeated.word)
    members.add("start", schedule.start?.microseconds)
    members.add("end", schedule.end?.microseconds)
    if !parameters.isEmpty { members.add("parameters", parameters) }
    members.add("catch_up", catchUp.choice.word)
    members.add("within", catchUp.within?.microseconds)
    members.add("overlap", overlap.word)
    members.add("jitter", jitter?.bound.microseconds)
    members.add("min_runs", Int64(horizon.minRuns))
    members.add("max_runs", Int64(horizon.maxRuns))
    members.add("ahead", horizon.ahead.microseconds)
    return members.text
  }

  /// Reads what ``text`` wrote.
  ///
  /// - Throws: ``InvalidValue`` where it did not.
  public init(text: String, isPaused: Bool) throws(InvalidValue) {
    let json: JSON
    do { json = try JSON(parsing: text) } catch {
      throw InvalidValue("schedule", "is kept as what is no JSON: \(error)")
    }
    let reader = SpecReader(json: json)
    let policy = LocalTimePolicy(
      skipped: try reader.word("skipped"), repeated: try reader.word("repeated"))
    var jitter: Jitter?
    if let bound = reader.interval("jitter") { jitter = try Jitter(below: bound) }
    self.init(
      slug: try reader.text("slug"),
      schedule: try Schedule(
        try reader.rule(), zone: try reader.text("zone"), policy: policy,
        start: reader.instant("start"), end: reader.instant("end")),
      parameters: reader.optionalText("parameters") ?? "",
      catchUp: CatchUp(try reader.word("catch_up"), within: reader.interval("within")),
      overlap: try reader.word("overlap"), jitter: jitter,
      horizon: Horizon(
        minRuns: try reader.number("min_runs"), maxRuns: try reader.number("max_runs"),
        ahead: Interval(microseconds: Int64(try reader.number("ahead")))),
      isPaused: isPaused)
  }
}

/// Members of a JSON object, written in the order of their names.
private struct SortedMembers {
  private var members: [(name: String, value: JSON)] = []

  mutating func add(_ name: String, _ value: JSON) { members.append((name, value)) }

  mutating func add(_ name: String, _ text: String) { add(name, .string(JSONText(text))) }

  mutating func add(_ name: String, _ number: Int64?) {
    if let number { add(name, .number(ExactNumber(Int(number)))) }
  }

  var text: String {
    var object = JSONMembers()
    for (name, value) in members.sorted(by: { $0.name < $1.name }) {
      object.set(JSONText(name), to: value)
    }
    return JSON.object(object).description
  }
}

/// Reads the members of a kept schedule.
private struct SpecReader {
  let json: JSON

  func optionalText(_ name: String) -> String? {
    guard case .string(let text)? = json[name] else { return nil }
    return text.text
  }

  func optionalNumber(_ name: String) -> Int? {
    guard case .number(let number)? = json[name] else { return nil }
    return number.integer
  }

  func text(_ name: String) throws(InvalidValue) -> String {
    guard let text = optionalText(name) else { throw missing(name) }
    return text
  }

  func number(_ name: String) throws(InvalidValue) -> Int {
    guard let number = optionalNumber(name) else { throw missing(name) }
    return number
  }

  func word<Word: StoredWord>(_ name: String) throws(InvalidValue) -> Word {
    let text = try text(name)
    guard let word = Word.allCases.first(where: { $0.word == text }) else { throw missing(name) }
    return word
  }

  func interval(_ name: String) -> Interval? {
    optionalNumber(name).map { Interval(microseconds: Int64($0)) }
  }

  func instant(_ name: String) -> Instant? {
    optionalNumber(name).map { Instant(microseconds: Int64($0)) }
  }

  func rule() throws(InvalidValue) -> Schedule.Rule {
    if let text = optionalText("cron") {
      return .cron(try CronExpression(text, isEitherDay: json["day_and_weekday"] != .bool(true)))
    }
    if let text = optionalText("recurrence") { return .recurrence(try Recurrence(text)) }
    return .interval(
      try IntervalRule(
        length: Interval(microseconds: Int64(try number("length"))),
        anchor: Instant(microseconds: Int64(try number("anchor")))))
  }

  private func missing(_ name: String) -> InvalidValue {
    InvalidValue("schedule", "is kept without its \(name)")
  }
}

/// A choice that is kept as a word.
private protocol StoredWord: CaseIterable {
  /// The word. Never change or reuse one.
  var word: String { get }
}

extension LocalTimePolicy.Skipped: StoredWord {
  fileprivate var word: String {
    switch self {
    case .shift: "shift"
    case .skip: "skip"
    }
  }
}

extension LocalTimePolicy.Repeated: StoredWord {
  fileprivate var word: String {
    switch self {
    case .first: "first"
    case .second: "second"
    case .both: "both"
    }
  }
}

extension CatchUp.Choice: StoredWord {
  fileprivate var word: String {
    switch self {
    case .none: "none"
    case .latest: "latest"
    case .all: "all"
    }
  }
}

extension Overlap: StoredWord {
  fileprivate var word: String {
    switch self {
    case .allow: "allow"
    case .skip: "skip"
    case .bufferOne: "buffer_one"
    case .cancelRunning: "cancel_running"
    }
  }
}
