// Decides how schedules cross: Prefect's three kinds are Martlet's three rules. What was missed while no server looked is
// missed, as with Prefect.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletProto.Schedule {
  /// A schedule that Prefect's client asks for.
  init(_ asked: Shape.DeploymentScheduleCreate) throws {
    self.init()
    catchUp = CatchUpPolicy(choice: .none)
    slug = asked.slug ?? ""
    paused = !(asked.active ?? true)
    try take(rule: asked.schedule)
    take(parameters: asked.parameters, most: asked.maxScheduledRuns)
  }

  /// Takes what is said of it; what is not said stays.
  mutating func take(_ asked: Shape.DeploymentScheduleUpdate) throws {
    if let active = asked.active { paused = !active }
    if let rule = asked.schedule { try take(rule: rule) }
    if let slug = asked.slug { self.slug = slug }
    take(parameters: asked.parameters, most: asked.maxScheduledRuns)
  }

  private mutating func take(parameters asked: JSON?, most: Int?) {
    if case .object(let members)? = asked { parameters = JSONObject(members) }
    if let most {
      var horizon = self.horizon ?? Horizon()
      horizon.maxRuns = Int32(clamping: most)
      self.horizon = horizon
    }
  }

  private mutating func take(rule asked: JSON) throws {
    let place = ["body", "schedule"]
    timeZone = asked["timezone"]?.text ?? ""
    if asked["cron"] != nil {
      let cron = try Shape.CronSchedule(asked, at: place)
      rule = .cron(
        CronRule(expression: cron.cron, dayAndWeekday: !(cron.dayOr ?? true)))
    } else if let length = asked["interval"] {
      let seconds = try Double(length, at: place + ["interval"])
      guard seconds > 0, seconds < 1e10 else {
        throw ShapeFault(
          location: place + ["interval"], message: "Input should be greater than 0",
          type: "greater_than")
      }
      var interval = IntervalRule()
      interval.length = .microseconds(Int64((seconds * 1_000_000).rounded()))
      if let anchor = asked["anchor_date"], anchor != .null {
        interval.anchor = try Instant(anchor, at: place + ["anchor_date"]).timestamp
      }
      rule = .interval(interval)
    } else if asked["rrule"] != nil {
      let recurrence = try Shape.RRuleSchedule(asked, at: place)
      rule = .recurrence(RecurrenceRule(text: recurrence.rrule))
    } else {
      throw ShapeFault(
        location: place, message: "Give one of cron, interval, rrule", type: "missing")
    }
  }

  /// The rule as Prefect writes it.
  fileprivate var prefectRule: JSON {
    let zone: JSON? = timeZone.isEmpty ? nil : .text(timeZone)
    switch rule {
    case .cron(let cron)?:
      return .object([
        ("cron", .text(cron.expression)), ("timezone", zone),
        ("day_or", .bool(!cron.dayAndWeekday)),
      ])
    case .interval(let interval)?:
      return .object([
        ("interval", .double(interval.length?.seconds ?? 0)),
        ("anchor_date", interval.anchor.map { Instant($0).json }), ("timezone", zone),
      ])
    case .recurrence(let recurrence)?:
      return .object([("rrule", .text(recurrence.text)), ("timezone", zone)])
    case nil: return .null
    }
  }
}

extension Shape.DeploymentSchedule {
  /// How many runs ahead a schedule has that says nothing of it.
  private static let usual = 100

  /// A schedule of a deployment.
  init(
    _ schedule: MartletProto.Schedule, of deployment: MartletProto.Deployment
  ) throws(PrefectFailure) {
    guard let id = UUIDValue(text: schedule.id) else {
      throw PrefectFailure(500, "\(schedule.id) is no UUID")
    }
    self.init(id: id, schedule: schedule.prefectRule)
    created = deployment.createTime.map(Instant.init)
    updated = deployment.updateTime.map(Instant.init)
    deploymentID = UUIDValue(text: deployment.id)
    active = !schedule.paused
    let most = Int(schedule.horizon?.maxRuns ?? 0)
    maxScheduledRuns = most == 0 || most == Self.usual ? nil : most
    parameters = schedule.parameters?.plain ?? .object([])
    slug = schedule.slug
  }
}
