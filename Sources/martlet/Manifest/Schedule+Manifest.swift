// Decides how a declared schedule is laid over one that the server has, and which of those it is.

import MartletModel
import MartletProto
import MartletWire

extension ScheduleManifest {
  /// Whether it is this schedule: by its name, or else by its rule.
  func isMeant(by message: MartletProto.Schedule) -> Bool {
    if let name { return message.slug == name }
    switch (rule, message.manifest?.rule) {
    case (.interval(let wanted, let anchor), .interval(let there, let from)?):
      return wanted == there && (anchor == nil || anchor == from)
    case (let wanted, let there): return wanted == there
    }
  }
}

extension MartletProto.Schedule {
  /// Becomes what a manifest says, where it says something.
  mutating func take(_ manifest: ScheduleManifest) {
    if let name = manifest.name { slug = name }
    switch manifest.rule {
    case .cron(let text, let isEitherDay):
      rule = .cron(CronRule(expression: text, dayAndWeekday: !isEitherDay))
    case .interval(let length, let anchor):
      var interval = MartletProto.IntervalRule()
      if case .interval(let there)? = rule { interval.anchor = there.anchor }
      interval.length = length.length
      if let anchor { interval.anchor = anchor.timestamp }
      rule = .interval(interval)
    case .recurrence(let text): rule = .recurrence(MartletProto.RecurrenceRule(text: text))
    }
    if let zone = manifest.zone { timeZone = zone }
    if let clock = manifest.clock {
      var policy = MartletProto.LocalTimePolicy()
      policy.skipped = clock.skipped == .skip ? .skip : .shift
      policy.repeated =
        switch clock.repeated {
        case .first: .first
        case .second: .second
        case .both: .both
        }
      localTimes = policy
    }
    if let isActive = manifest.isActive { paused = !isActive }
    if let members = manifest.parameters { parameters = JSONObject(members) }
    if let wanted = manifest.catchUp {
      var policy = CatchUpPolicy()
      policy.choice =
        switch wanted.choice {
        case .none: .none
        case .latest: .latest
        case .all: .all
        }
      policy.within = wanted.within?.length
      catchUp = policy
    }
    switch manifest.overlap {
    case .allow?: overlap = .allow
    case .skip?: overlap = .skip
    case .bufferOne?: overlap = .bufferOne
    case .cancelRunning?: overlap = .cancelRunning
    case nil: break
    }
    if let wanted = manifest.jitter { jitter = wanted.length }
    if let start = manifest.start { startTime = start.timestamp }
    if let end = manifest.end { endTime = end.timestamp }
  }

  /// Everything that a manifest could say of it; nil when it has a rule that this program does not know.
  var manifest: ScheduleManifest? {
    let known: ScheduleManifest.Rule
    switch rule {
    case .cron(let cron)?: known = .cron(cron.expression, isEitherDay: !cron.dayAndWeekday)
    case .interval(let interval)?:
      known = .interval(
        Interval(interval.length ?? .zero), anchor: interval.anchor.map { Instant($0) })
    case .recurrence(let recurrence)?: known = .recurrence(recurrence.text)
    case nil: return nil
    }
    var manifest = ScheduleManifest(known)
    manifest.name = slug.isEmpty ? nil : slug
    manifest.zone = timeZone.isEmpty ? nil : timeZone
    manifest.isActive = !paused
    manifest.parameters = parameters.map { JSONMembers($0) }
    if let localTimes, localTimes != MartletProto.LocalTimePolicy() {
      let repeated: MartletModel.LocalTimePolicy.Repeated =
        switch localTimes.repeated {
        case .second: .second
        case .both: .both
        default: .first
        }
      manifest.clock = MartletModel.LocalTimePolicy(
        skipped: localTimes.skipped == .skip ? .skip : .shift, repeated: repeated)
    }
    if let catchUp {
      let within = catchUp.within.map { Interval($0) }
      switch catchUp.choice {
      case .none: manifest.catchUp = CatchUp(.none, within: within)
      case .latest: manifest.catchUp = CatchUp(.latest, within: within)
      case .all: manifest.catchUp = CatchUp(.all, within: within)
      default: break
      }
    }
    switch overlap {
    case .allow: manifest.overlap = .allow
    case .skip: manifest.overlap = .skip
    case .bufferOne: manifest.overlap = .bufferOne
    case .cancelRunning: manifest.overlap = .cancelRunning
    default: break
    }
    if let jitter, jitter > .zero { manifest.jitter = Interval(jitter) }
    manifest.start = startTime.map { Instant($0) }
    manifest.end = endTime.map { Instant($0) }
    return manifest
  }
}
