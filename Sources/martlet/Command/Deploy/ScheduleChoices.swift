// Decides which flags say when a deployment runs, the same wherever schedules are given.

import ArgumentParser
import MartletModel

/// What the command line says of schedules.
struct ScheduleChoices: ParsableArguments {
  @Option(help: "A schedule by cron; may be repeated.")
  var cron: [String] = []
  @Option(help: "A schedule by distance: seconds, or 10m, 1h30m, 1d; may be repeated.")
  var interval: [String] = []
  @Option(help: "A schedule by RFC 5545, such as FREQ=WEEKLY;BYDAY=MO; may be repeated.")
  var rrule: [String] = []
  @Option(help: "The zone of the schedules, such as Europe/Berlin.")
  var timezone: String?
  @Option(
    name: [.long, .customLong("anchor-date")], help: "One of the times of an interval.")
  var anchor: String?
  @Flag(
    help: "A cron with a day of the month and a weekday fires when both hold, not when either does."
  )
  var dayAndWeekday = false
  // As Prefect spells it.
  @Option(name: [.customLong("day_or"), .customLong("day-or")], help: .private)
  var dayOr: Bool?
  @Option(help: "Nothing fires before this time.")
  var start: String?
  @Option(help: "Nothing fires from this time on.")
  var end: String?
  @Option(help: "Which times that passed while no server looked still fire: none, latest or all.")
  var catchUp: String?
  @Option(help: "Of those, only the ones that are no older, such as 6h.")
  var catchUpWithin: String?
  @Option(
    help:
      "What becomes of a time while a run goes on: allow, skip, buffer-one or cancel-running.")
  var overlap: String?
  @Option(help: "Runs start up to so much later, such as 5m.")
  var jitter: String?
  @Option(help: "Local times that the clock skips: shift or skip.")
  var skippedTimes: String?
  @Option(help: "Local times that the clock repeats: first, second or both.")
  var repeatedTimes: String?

  /// Whether nothing is said.
  var isEmpty: Bool { cron.isEmpty && interval.isEmpty && rrule.isEmpty }

  /// The schedules as a manifest has them.
  ///
  /// - Parameter more: What else each of them has.
  func entries(_ more: [(String, JSON?)] = []) throws -> [JSON] {
    if isEmpty, policies.contains(where: { $0.1 != nil }) || anchor != nil {
      throw ValidationError(
        "--timezone, --anchor and the flags of policies belong to --cron, --interval or --rrule")
    }
    if cron.isEmpty, isBothDays {
      throw ValidationError("--day-and-weekday belongs to --cron")
    }
    return cron.map { entry("cron", $0, more) } + interval.map { entry("interval", $0, more) }
      + rrule.map { entry("rrule", $0, more) }
  }

  private var isBothDays: Bool { dayAndWeekday || dayOr == false }

  private var policies: [(String, JSON?)] {
    func word(_ text: String?) -> JSON? {
      text.map { .text($0.replacing("-", with: "_")) }
    }
    return [
      ("timezone", timezone.map { .text($0) }), ("catch_up", word(catchUp)),
      ("catch_up_within", catchUpWithin.map { .text($0) }), ("overlap", word(overlap)),
      ("jitter", jitter.map { .text($0) }), ("skipped_times", word(skippedTimes)),
      ("repeated_times", word(repeatedTimes)), ("start", start.map { .text($0) }),
      ("end", end.map { .text($0) }),
    ]
  }

  private func entry(_ kind: String, _ text: String, _ more: [(String, JSON?)]) -> JSON {
    var members: [(String, JSON?)] = [(kind, .text(text))]
    members += policies
    if kind == "cron", isBothDays { members.append(("day_or", .bool(false))) }
    if kind == "interval", let anchor { members.append(("anchor", .text(anchor))) }
    return .object(members + more)
  }
}
