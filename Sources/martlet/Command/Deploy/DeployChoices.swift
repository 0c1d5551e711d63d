// Decides which flags say what a deployment is. They are read as a manifest is, so that one rule judges both.

import ArgumentParser
import MartletModel

/// What the command line says of a deployment.
struct DeployChoices: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long],
    help:
      "The deployment's name; of a file, the ones to deploy, as names or patterns such as 'nightly-*' (may be repeated)."
  )
  var name: [String] = []
  @Option(
    name: [.customShort("p"), .long], help: "The work pool that runs it.", completion: .pools)
  var pool: String?
  @Option(
    name: [.customShort("q"), .long, .customLong("work-queue")], help: "The queue of the pool.")
  var queue: String?
  @OptionGroup var schedules: ScheduleChoices
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
    let parameters = try ParameterMembers.read(param, params)
    let variables = try ParameterMembers.pairs(jobVariable, "--job-variable")
    let schedules = try self.schedules.entries()
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
}

/// Parameters as a manifest has them.
enum ParameterMembers {
  /// The members of `--params` and, over them, those of `--param`.
  static func read(_ param: [String], _ params: String?) throws -> [(String, JSON?)] {
    var members: [(String, JSON?)] = []
    if let params {
      guard case .object(let given)? = try? JSON(parsing: params) else {
        throw ValidationError("--params takes a JSON object")
      }
      members = given.pairs.map { ($0.name, $0.value) }
    }
    return members + (try pairs(param, "--param"))
  }

  /// Texts of KEY=VALUE; a value that reads as JSON is JSON, anything else text.
  static func pairs(_ texts: [String], _ flag: String) throws -> [(String, JSON?)] {
    try texts.map { text in
      let (key, value) = try pair(text, flag)
      return (key, (try? JSON(parsing: value)) ?? .text(value))
    }
  }
}
