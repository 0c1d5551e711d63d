// Decides which schedules a deployment may have, and what those are called that have no name.

extension ScheduleSpec {
  /// Schedules of one deployment.
  public static let most = 50
  /// The name of the event of a schedule that makes nothing any more.
  public static let failureName = "martlet.schedule.failed"
  /// Bytes of a slug.
  public static let longestSlug = 100

  /// Checks the schedules of a deployment and names those without a slug after their rule.
  ///
  /// - Parameter field: The path of the list, for errors.
  /// - Throws: ``InvalidValue`` that names the field.
  public static func named(
    _ schedules: [ScheduleSpec], _ field: String
  ) throws(InvalidValue) -> [ScheduleSpec] {
    guard schedules.count <= most else {
      throw InvalidValue(field, "has \(schedules.count) schedules: at most \(most)")
    }
    var taken: Set<String> = []
    for (index, spec) in schedules.enumerated() where !spec.slug.isEmpty {
      guard isSlug(spec.slug) else {
        throw InvalidValue(
          "\(field)[\(index)].slug",
          "is no slug: 1 to \(longestSlug) lower-case letters, digits, dashes and underscores")
      }
      guard taken.insert(spec.slug).inserted else {
        throw InvalidValue(
          "\(field)[\(index)].slug", "is that of another schedule: give each its own")
      }
    }
    var named: [ScheduleSpec] = []
    for (index, spec) in schedules.enumerated() {
      try spec.validate("\(field)[\(index)]")
      var spec = spec
      if !spec.parameters.isEmpty {
        spec.parameters = try sorted(spec.parameters, "\(field)[\(index)].parameters")
      }
      if spec.slug.isEmpty {
        let base = spec.schedule.rule.slug
        var number = 1
        spec.slug = base
        while !taken.insert(spec.slug).inserted {
          number += 1
          spec.slug = "\(base.prefix(longestSlug - 4))-\(number)"
        }
      }
      named.append(spec)
    }
    return named
  }

  /// A JSON object with its names in order, so that equal ones have equal texts.
  private static func sorted(_ text: String, _ field: String) throws(InvalidValue) -> String {
    let json: JSON
    do { json = try JSON(parsing: text) } catch {
      throw InvalidValue(field, "is no JSON: \(error)")
    }
    guard case .object = json else { throw InvalidValue(field, "is no JSON object") }
    return json.sorted.description
  }

  private static func isSlug(_ text: String) -> Bool {
    1...longestSlug ~= text.utf8.count
      && text.utf8.allSatisfy {
        $0.isSlugLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }

  private func validate(_ field: String) throws(InvalidValue) {
    guard 1...100 ~= horizon.minRuns else {
      throw InvalidValue("\(field).horizon.min_runs", "is \(horizon.minRuns): give 1 to 100")
    }
    guard horizon.minRuns...1000 ~= horizon.maxRuns else {
      throw InvalidValue(
        "\(field).horizon.max_runs", "is \(horizon.maxRuns): give min_runs to 1000")
    }
    guard Interval.zero...Interval.hours(2400) ~= horizon.ahead else {
      throw InvalidValue("\(field).horizon.ahead", "is out of bounds: give 0 s to 100 days")
    }
    if let within = catchUp.within, !(Interval.zero...ScheduleLimits.interval.upperBound ~= within)
    {
      throw InvalidValue("\(field).catch_up.within", "is out of bounds: give 0 s to 100 years")
    }
    for (time, name) in [(schedule.start, "start_time"), (schedule.end, "end_time")] {
      try InvalidValue.check(time, "\(field).\(name)")
    }
    try InvalidValue.check(parameters, "\(field).parameters", limit: RunLimits.inline)
  }
}

extension Schedule.Rule {
  /// A slug that says the rule: `cron-0-6-any-any-any`, `every-90m`, `rrule-freq-weekly`.
  fileprivate var slug: String {
    switch self {
    case .cron(let cron):
      let text = cron.text.trimmedSlug
      return cron.text.contains("@")
        ? text : String("cron-\(text)".prefix(ScheduleSpec.longestSlug))
    case .interval(let rule):
      let units: [(Int64, String)] = [
        (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"),
      ]
      let length = rule.length.microseconds
      for (unit, name) in units where length % unit == 0 { return "every-\(length / unit)\(name)" }
      return "every-\(length / 1000)ms"
    case .recurrence(let recurrence):
      return String("rrule-\(recurrence.text.trimmedSlug)".prefix(ScheduleSpec.longestSlug))
    }
  }
}

extension String {
  /// The letters and digits, what is between them as single dashes.
  fileprivate var trimmedSlug: String {
    var slug: [UInt8] = []
    for byte in lowercased().utf8 {
      if byte.isSlugLetter {
        slug.append(byte)
      } else {
        if let last = slug.last, last != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
        if byte == UInt8(ascii: "*") { slug += Array("any".utf8) }
      }
    }
    while slug.last == UInt8(ascii: "-") { slug.removeLast() }
    return String(decoding: slug, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isSlugLetter: Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
  }
}

extension JSON {
  /// The value with the members of all its objects in the order of their names.
  fileprivate var sorted: JSON {
    switch self {
    case .null, .bool, .number, .string: return self
    case .array(let values): return .array(values.map(\.sorted))
    case .object(let members):
      var sorted = JSONMembers()
      for name in members.names.sorted() { sorted.set(name, to: members[name]?.sorted ?? .null) }
      return .object(sorted)
    }
  }
}
