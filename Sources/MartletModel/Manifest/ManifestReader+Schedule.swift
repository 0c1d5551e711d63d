// Decides how schedules are read: `schedules:` as a list, `schedule:` as one of them, a text alone as cron. The rules are
// judged by the model's own parsers, so that a file is refused here as the server would.

extension ManifestReader {
  private static let scheduleKeys = [
    "name", "slug", "cron", "day_or", "interval", "anchor", "anchor_date", "rrule", "timezone",
    "active", "parameters", "catch_up", "catch_up_within", "overlap", "jitter", "start", "end",
    "skipped_times", "repeated_times", "max_scheduled_runs", "replaces",
  ]

  /// Reads the schedules of a deployment; nil when it says nothing of them.
  func schedules(
    _ deployment: ManifestValue, _ notes: inout ManifestNotes
  ) -> [ScheduleManifest]? {
    let (one, several) = (deployment.member("schedule"), deployment.member("schedules"))
    if let one, several != nil {
      notes.refuse(one.place, "stands beside schedules: give one of them")
      return nil
    }
    guard let written = one ?? several else {
      // An empty entry is not said; an explicit empty list takes all away.
      return nil
    }
    let values =
      switch written.json {
      case .array: written.elements
      // As Prefect's own files have it.
      case .object(let members) where members.count == 0: [ManifestValue]()
      default: [written]
      }
    var schedules: [ScheduleManifest] = []
    for value in values {
      guard let schedule = schedule(value, &notes) else { continue }
      if schedules.contains(where: { $0.key == schedule.key }) {
        notes.refuse(value.place, "is the second schedule '\(schedule.key)': give it a name")
      }
      schedules.append(schedule)
    }
    return schedules
  }

  private func schedule(
    _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> ScheduleManifest? {
    if case .string = value.json {
      guard let text = notes.text(value) else { return nil }
      let rule = ScheduleManifest.Rule.cron(text, isEitherDay: true)
      return check(ScheduleManifest(rule), value, &notes)
    }
    guard notes.object(value, Self.scheduleKeys, called: "a schedule") else { return nil }
    guard let rule = rule(value, &notes) else { return nil }
    var schedule = ScheduleManifest(rule)
    if let name = value.member("name", "slug"), let text = notes.text(name) {
      schedule.name = text
      let isSlug = text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_".utf8.contains(byte)
      }
      if !isSlug || text.utf8.count > 100 {
        notes.refuse(
          name.place, "must be 1 to 100 lower-case letters, digits, dashes and underscores")
      }
    }
    schedule.zone = notes.text(value.member("timezone"))
    schedule.isActive = notes.bool(value.member("active"))
    schedule.parameters = notes.members(value.member("parameters"))
    readPolicies(value, into: &schedule, &notes)
    schedule.start = notes.instant(value.member("start"))
    schedule.end = notes.instant(value.member("end"))
    if let bound = value.member("max_scheduled_runs") {
      notes.warn(bound.place, "is left out: how far ahead runs are made is the scheduler's matter")
    }
    return check(schedule, value, &notes)
  }

  private func rule(
    _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> ScheduleManifest.Rule? {
    let given = ["cron", "interval", "rrule"].compactMap { value.member($0) }
    guard given.count == 1 else {
      notes.refuse(
        value.place,
        given.isEmpty
          ? "has no rule: give cron, interval or rrule"
          : "has several rules: give one of cron, interval and rrule")
      return nil
    }
    if let cron = value.member("cron") {
      let isEitherDay = notes.bool(value.member("day_or")) ?? true
      return notes.text(cron).map { .cron($0, isEitherDay: isEitherDay) }
    }
    if let interval = value.member("interval") {
      let anchor = notes.instant(value.member("anchor", "anchor_date"))
      return notes.interval(interval).map { .interval($0, anchor: anchor) }
    }
    return notes.text(value.member("rrule")).map { .recurrence($0) }
  }

  private func readPolicies(
    _ value: ManifestValue, into schedule: inout ScheduleManifest, _ notes: inout ManifestNotes
  ) {
    let within = notes.interval(value.member("catch_up_within"))
    if let choice: CatchUp.Choice = notes.word(
      value.member("catch_up"), [("NONE", .none), ("LATEST", .latest), ("ALL", .all)])
    {
      schedule.catchUp = CatchUp(choice, within: within)
    } else if let within = value.member("catch_up_within") {
      notes.refuse(within.place, "stands without catch_up: give LATEST or ALL")
    }
    schedule.overlap = notes.word(
      value.member("overlap"),
      [
        ("ALLOW", .allow), ("SKIP", .skip), ("BUFFER_ONE", .bufferOne),
        ("CANCEL_RUNNING", .cancelRunning),
      ])
    schedule.jitter = notes.interval(value.member("jitter"))
    let skipped: LocalTimePolicy.Skipped? = notes.word(
      value.member("skipped_times"), [("SHIFT", .shift), ("SKIP", .skip)])
    let repeated: LocalTimePolicy.Repeated? = notes.word(
      value.member("repeated_times"), [("FIRST", .first), ("SECOND", .second), ("BOTH", .both)])
    if skipped != nil || repeated != nil {
      schedule.clock = LocalTimePolicy(skipped: skipped ?? .shift, repeated: repeated ?? .first)
    }
  }

  /// The schedule, if the server would take it.
  private func check(
    _ schedule: ScheduleManifest, _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> ScheduleManifest? {
    do throws(InvalidValue) {
      _ = try schedule.schedule(now: Instant(microseconds: 0))
      if let jitter = schedule.jitter { _ = try Jitter(below: jitter) }
      return schedule
    } catch {
      let head = error.field.prefix { $0 != "." }
      let key = head == "zone" ? "timezone" : String(head)
      let place = value.member(key)?.place ?? value.place
      let part = error.field.dropFirst(head.count + 1)
      notes.refuse(place, part.isEmpty ? error.problem : "\(part) \(error.problem)")
      return nil
    }
  }
}

extension ScheduleManifest {
  /// The schedule that the model knows.
  ///
  /// - Parameter now: the anchor of an interval that has none.
  /// - Throws: ``InvalidValue`` naming the part that is wrong.
  public func schedule(now: Instant) throws(InvalidValue) -> Schedule {
    let known: Schedule.Rule =
      switch rule {
      case .cron(let text, let isEitherDay):
        .cron(try CronExpression(text, isEitherDay: isEitherDay))
      case .interval(let length, let anchor):
        .interval(try IntervalRule(length: length, anchor: anchor ?? now))
      case .recurrence(let text): .recurrence(try Recurrence(text))
      }
    return try Schedule(
      known, zone: zone, policy: clock ?? LocalTimePolicy(), start: start, end: end)
  }

  /// What the schedule is called within its deployment.
  public var key: String {
    if let name { return name }
    switch rule {
    case .cron(let text, _): return text
    case .interval(let length, _): return "every \(length.duration)"
    case .recurrence(let text): return text
    }
  }
}
