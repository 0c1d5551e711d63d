// Decides how these tests write what a schedule answers: the clock's reading with its offset, and what the change did.

import MartletModel

/// Asks a schedule; each answer is `03-29T03:30+02` with `shifted`, `skipped`, `first` or `second` where it applies.
func answers(
  _ rule: Schedule.Rule, _ zone: String, from: String, to: String? = nil, limit: Int = 100,
  _ policy: LocalTimePolicy = LocalTimePolicy(), withDropped: Bool = false
) throws -> [String] {
  let data = try ZoneFile.zone(zone)
  return try Schedule(rule, zone: zone, policy: policy)
    .occurrences(
      from: instant(from), to: to.map(instant), limit: limit, in: data, withDropped: withDropped
    )
    .map { occurrence in
      let shown = data.local(at: occurrence.instant).description
      let sign = occurrence.offset < 0 ? "-" : "+"
      let minutes = abs(occurrence.offset) / 60
      let offset =
        sign + (minutes / 60 < 10 ? "0" : "") + "\(minutes / 60)"
        + (minutes % 60 == 0 ? "" : ":\(minutes % 60)")
      var note = ""
      switch occurrence.clock {
      case .ordinary: break
      case .skipped: note = occurrence.fires ? " shifted" : " skipped"
      case .first: note = " first"
      case .second: note = " second"
      }
      if !occurrence.fires, occurrence.clock != .skipped { note += " dropped" }
      return shown + offset + note
    }
}

func cron(_ text: String, isEitherDay: Bool = true) throws -> Schedule.Rule {
  .cron(try CronExpression(text, isEitherDay: isEitherDay))
}

func recurrence(_ lines: String...) throws -> Schedule.Rule {
  .recurrence(try Recurrence(lines.joined(separator: "\n")))
}

func every(_ length: Interval, from anchor: String) throws -> Schedule.Rule {
  .interval(try IntervalRule(length: length, anchor: instant(anchor)))
}

/// An RFC 3339 time that a test wrote.
func instant(_ text: String) -> Instant {
  Instant(rfc3339: text) ?? Instant(microseconds: .min)
}
