// Decides how schedules cross the contract: mistakes are told with the path of the field that has them.

internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension ScheduleSpec {
  /// The schedules that a client asks for, checked down to their zones, those without a slug named after their rule.
  ///
  /// - Parameter field: The path of the list, such as `deployment.schedules`.
  /// - Throws: `InvalidValue`, which names the field.
  static func all(
    _ schedules: [MartletProto.Schedule], _ field: String, zones: ZoneDirectory = .standard
  ) throws(InvalidValue) -> [ScheduleSpec] {
    var specs: [ScheduleSpec] = []
    for (index, schedule) in schedules.enumerated() {
      specs.append(try ScheduleSpec(schedule, "\(field)[\(index)]", zones: zones))
    }
    return try named(specs, field)
  }

  /// A schedule that a client asks for; output-only fields are ignored, the slug may be empty.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(
    _ schedule: MartletProto.Schedule, _ field: String, zones: ZoneDirectory = .standard
  ) throws(InvalidValue) {
    let times = try MartletModel.Schedule(schedule, field, zones: zones)
    do throws(InvalidValue) {
      _ = try Timetable(times, in: try zones.zone(times.zone))
    } catch { throw error.placed(in: field) }
    var jitter: Jitter?
    if let bound = schedule.jitter, bound != .zero {
      do { jitter = try Jitter(below: Interval(bound)) } catch { throw error.placed(in: field) }
    }
    let horizon = schedule.horizon ?? MartletProto.Horizon()
    self.init(
      slug: schedule.slug, schedule: times,
      parameters: try schedule.parameters?.jsonText("\(field).parameters") ?? "",
      catchUp: try CatchUp(schedule.catchUp, "\(field).catch_up"),
      overlap: try Overlap(schedule.overlap, "\(field).overlap"), jitter: jitter,
      horizon: Horizon(
        minRuns: horizon.minRuns == 0 ? 3 : Int(horizon.minRuns),
        maxRuns: horizon.maxRuns == 0 ? 100 : Int(horizon.maxRuns),
        ahead: horizon.ahead.map(Interval.init) ?? .hours(1)),
      isPaused: schedule.paused)
  }
}

extension MartletModel.Schedule {
  /// When it fires.
  fileprivate init(
    _ schedule: MartletProto.Schedule, _ field: String, zones: ZoneDirectory
  ) throws(InvalidValue) {
    let zone = schedule.timeZone.isEmpty ? nil : schedule.timeZone
    let policy = try MartletModel.LocalTimePolicy(schedule.localTimes, "\(field).local_times")
    do throws(InvalidValue) {
      let rule: Rule
      switch schedule.rule {
      case .cron(let cron):
        rule = .cron(try CronExpression(cron.expression, isEitherDay: !cron.dayAndWeekday))
      case .interval(let interval):
        guard let length = interval.length else {
          throw InvalidValue("interval.length", "is required: a duration such as 3600s")
        }
        let anchor =
          if let anchor = interval.anchor { Instant(anchor) } else {
            IntervalRule.standardAnchor(in: try zones.zone(zone ?? Zone.utc.name))
          }
        rule = .interval(try MartletModel.IntervalRule(length: Interval(length), anchor: anchor))
      case .recurrence(let recurrence): rule = .recurrence(try Recurrence(recurrence.text))
      case nil: throw InvalidValue("", "has no rule: give cron, interval or recurrence")
      }
      try self.init(
        rule, zone: zone, policy: policy, start: schedule.startTime.map(Instant.init),
        end: schedule.endTime.map(Instant.init))
    } catch { throw error.placed(in: field) }
  }
}

extension InvalidValue {
  /// The mistake of a rule of the model, at the field of the contract that has it.
  fileprivate func placed(in place: String) -> InvalidValue {
    let parts = field.split(separator: ".", maxSplits: 1)
    let detail = parts.count > 1 ? "\(parts[1]) " : ""
    switch parts.first {
    case "cron": return InvalidValue("\(place).cron.expression", detail + problem)
    case "rrule": return InvalidValue("\(place).recurrence.text", detail + problem)
    case "zone": return InvalidValue("\(place).time_zone", problem)
    case "end": return InvalidValue("\(place).end_time", problem)
    case nil: return InvalidValue(place, problem)
    default: return InvalidValue("\(place).\(field)", problem)
    }
  }

  /// A number that is none of an enum's.
  fileprivate static func unknown(_ number: Int32, _ field: String) -> InvalidValue {
    InvalidValue(field, "is \(number), which this server does not know")
  }
}

extension MartletModel.LocalTimePolicy {
  fileprivate init(
    _ policy: MartletProto.LocalTimePolicy?, _ field: String
  ) throws(InvalidValue) {
    self.init()
    switch policy?.skipped ?? .unspecified {
    case .unspecified, .shift: skipped = .shift
    case .skip: skipped = .skip
    case .unrecognized(let number): throw .unknown(number, "\(field).skipped")
    }
    switch policy?.repeated ?? .unspecified {
    case .unspecified, .first: repeated = .first
    case .second: repeated = .second
    case .both: repeated = .both
    case .unrecognized(let number): throw .unknown(number, "\(field).repeated")
    }
  }
}

extension CatchUp {
  fileprivate init(_ policy: CatchUpPolicy?, _ field: String) throws(InvalidValue) {
    let choice: Choice
    switch policy?.choice ?? .unspecified {
    case .none: choice = .none
    case .unspecified, .latest: choice = .latest
    case .all: choice = .all
    case .unrecognized(let number): throw .unknown(number, "\(field).choice")
    }
    self.init(choice, within: policy?.within.map(Interval.init))
  }
}

extension Overlap {
  fileprivate init(_ policy: OverlapPolicy, _ field: String) throws(InvalidValue) {
    switch policy {
    case .unspecified, .allow: self = .allow
    case .skip: self = .skip
    case .bufferOne: self = .bufferOne
    case .cancelRunning: self = .cancelRunning
    case .unrecognized(let number): throw .unknown(number, field)
    }
  }
}

extension MartletProto.Schedule {
  /// A schedule as it is stored.
  ///
  /// - Parameter now: When it fires next is looked for from here.
  init(_ stored: StoredSchedule, now: Instant, zones: ZoneDirectory = .standard) {
    self.init(stored.schedule.spec)
    id = stored.schedule.id.description
    generation = stored.schedule.generation
    error = stored.error
    if !stored.schedule.isHeld, let zone = try? zones.zone(timeZone),
      let timetable = try? Timetable(stored.schedule.spec.schedule, in: zone)
    {
      nextTime = timetable.next(atOrAfter: now)?.instant.timestamp
    }
  }

  /// A schedule as somebody asked for it, with its defaults in place.
  init(_ spec: ScheduleSpec) {
    self.init()
    slug = spec.slug
    switch spec.schedule.rule {
    case .cron(let cron):
      rule = .cron(CronRule(expression: cron.text, dayAndWeekday: !cron.isEitherDay))
    case .interval(let interval):
      rule = .interval(
        .init(length: interval.length.duration, anchor: interval.anchor.timestamp))
    case .recurrence(let recurrence): rule = .recurrence(.init(text: recurrence.text))
    }
    timeZone = spec.schedule.zone
    localTimes = .init(
      skipped: spec.schedule.policy.skipped == .shift ? .shift : .skip,
      repeated: .init(spec.schedule.policy.repeated))
    startTime = spec.schedule.start?.timestamp
    endTime = spec.schedule.end?.timestamp
    paused = spec.isPaused
    if case .object(let members)? = JSONValue(stored: spec.parameters) { parameters = members }
    catchUp = .init(choice: .init(spec.catchUp.choice), within: spec.catchUp.within?.duration)
    overlap = .init(spec.overlap)
    jitter = spec.jitter?.bound.duration
    horizon = .init(
      minRuns: Int32(clamping: spec.horizon.minRuns),
      maxRuns: Int32(clamping: spec.horizon.maxRuns), ahead: spec.horizon.ahead.duration)
  }
}

extension MartletProto.LocalTimePolicy.Repeated {
  fileprivate init(_ repeated: MartletModel.LocalTimePolicy.Repeated) {
    switch repeated {
    case .first: self = .first
    case .second: self = .second
    case .both: self = .both
    }
  }
}

extension CatchUpPolicy.Choice {
  fileprivate init(_ choice: CatchUp.Choice) {
    switch choice {
    case .none: self = .none
    case .latest: self = .latest
    case .all: self = .all
    }
  }
}

extension OverlapPolicy {
  fileprivate init(_ overlap: Overlap) {
    switch overlap {
    case .allow: self = .allow
    case .skip: self = .skip
    case .bufferOne: self = .bufferOne
    case .cancelRunning: self = .cancelRunning
    }
  }
}
