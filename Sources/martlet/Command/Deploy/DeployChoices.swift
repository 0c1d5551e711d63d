// Decides which flags say what a deployment is. They are read as a manifest is, so that one rule judges both.

import ArgumentParser
import MartletModel

/// What the command line says of a deployment.
struct DeployChoices: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long],
    help: "The deployment's name; of a file, the ones to deploy (may be repeated).")
  var name: [String] = []
  @Option(name: [.customShort("p"), .long], help: "The work pool that runs it.")
  var pool: String?
  @Option(
    name: [.customShort("q"), .long, .customLong("work-queue")], help: "The queue of the pool.")
  var queue: String?
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
  @Option(help: "A parameter of its runs, KEY=VALUE with JSON or text; may be repeated.")
  var param: [String] = []
  @Option(help: "Parameters of its runs, a JSON object.")
  var params: String?
  @Option(
    name: [.long, .customLong("jv", withSingleDash: true)],
    help: "A value for the pool's template, KEY=VALUE with JSON or text; may be repeated.")
  var jobVariable: [String] = []
  @Option(name: [.customShort("t"), .long], help: "A tag of its runs; may be repeated.")
  var tag: [String] = []
  @Option(name: [.customShort("v"), .long], help: "The version, as you count.")
  var version: String?
  @Option(name: [.customShort("d"), .long], help: "What it is for, for people.")
  var description: String?
  @Option(
    name: [.long, .customLong("cl", withSingleDash: true)],
    help: "How many of its runs may be with workers at a time.")
  var concurrencyLimit: Int?
  @Option(help: "What becomes of a run that finds them taken: ENQUEUE or CANCEL_NEW.")
  var collisionStrategy: String?

  /// The members of a deployment in a manifest; those that were not said are left out.
  func members() throws -> [(String, JSON?)] {
    func pairs(_ texts: [String], _ flag: String) throws -> [(String, JSON?)] {
      try texts.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
          throw ValidationError("\(flag) takes KEY=VALUE, not '\(text)'")
        }
        let value = String(parts[1])
        return (String(parts[0]), (try? JSON(parsing: value)) ?? .text(value))
      }
    }
    var parameters: [(String, JSON?)] = []
    if let params {
      guard case .object(let members)? = try? JSON(parsing: params) else {
        throw ValidationError("--params takes a JSON object")
      }
      parameters = members.pairs.map { ($0.name, $0.value) }
    }
    parameters += try pairs(param, "--param")
    let variables = try pairs(jobVariable, "--job-variable")
    let schedules: [JSON] =
      cron.map { rule("cron", $0) } + interval.map { rule("interval", $0) }
      + rrule.map { rule("rrule", $0) }
    if schedules.isEmpty, timezone != nil || anchor != nil {
      throw ValidationError("--timezone and --anchor belong to --cron, --interval or --rrule")
    }
    var concurrency: JSON?
    if concurrencyLimit != nil || collisionStrategy != nil {
      concurrency = .object([
        ("limit", concurrencyLimit.map { .integer($0) }),
        ("on_collision", collisionStrategy.map { .text($0) }),
      ])
    }
    return [
      ("pool", pool.map { .text($0) }), ("queue", queue.map { .text($0) }),
      ("schedules", schedules.isEmpty ? nil : .array(schedules)),
      ("parameters", parameters.isEmpty ? nil : .object(parameters)),
      ("job_variables", variables.isEmpty ? nil : .object(variables)),
      ("tags", tag.isEmpty ? nil : .texts(tag)), ("version", version.map { .text($0) }),
      ("description", description.map { .text($0) }), ("concurrency", concurrency),
    ]
  }

  private func rule(_ kind: String, _ text: String) -> JSON {
    .object([
      (kind, .text(text)), ("timezone", timezone.map { .text($0) }),
      ("anchor", kind == "interval" ? anchor.map { .text($0) } : nil),
    ])
  }
}
