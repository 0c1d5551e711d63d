// Decides how the schedules of a deployment are shown, and how they are paused and taken up again.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct DeploymentScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Say when a deployment runs by itself.",
    discussion: """
      A schedule is named by its deployment and its own name within it, which `ls` shows:
        martlet deployment schedule add etl/nightly --name early --cron "0 6 * * *" --timezone Europe/Berlin
        martlet deployment schedule pause etl/nightly early
      """,
    subcommands: [
      ListSchedules.self, AddSchedule.self, PauseSchedule.self, ResumeSchedule.self,
      DeleteSchedule.self,
    ])
}

struct ListSchedules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the schedules of a deployment.")
  @OptionGroup var reference: DeploymentArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let deployment = try await connection.deployment(reference.deployment)
      switch format.output {
      case .document(let notation):
        for schedule in deployment.schedules { try notation.print(schedule) }
      case .name: for schedule in deployment.schedules { Terminal.standard.line(schedule.slug) }
      case .table:
        Terminal.standard.write(Table(schedules: deployment.schedules).render(for: .standard))
      }
      return nil
    }
  }
}

/// Schedules of one deployment named on the command line.
struct ScheduleArguments: ParsableArguments {
  @Argument(help: "The deployment: FLOW/NAME or its id.", completion: .deployments)
  var deployment: String
  @Argument(help: "The names of schedules, or their ids.")
  var schedules: [String] = []
  @Flag(help: "Every schedule of the deployment.")
  var all = false

  func validate() throws {
    guard all != !schedules.isEmpty else {
      throw ValidationError(
        all ? "name schedules, or give --all, not both" : "name a schedule, or give --all")
    }
  }

  /// The names of those that are meant among some.
  func slugs(of known: [Schedule]) throws -> [String] {
    if all { return known.map(\.slug) }
    return try schedules.map { text in
      guard let found = known.first(where: { $0.slug == text || $0.id == text }) else {
        let names = known.map(\.slug).joined(separator: ", ")
        throw Status(
          .notFound,
          "deployment \(deployment) has no schedule \"\(text)\""
            + (names.isEmpty ? "" : ": it has \(names)"))
      }
      return found.slug
    }
  }
}

struct PauseSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stop schedules; their future runs go.")
  @OptionGroup var reference: ScheduleArguments
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let known = try await connection.deployment(reference.deployment).schedules
      for slug in try reference.slugs(of: known) {
        let response = try await connection.client.deployments.pauseDeployment(
          PauseDeploymentRequest(
            namespace: connection.namespace, deployment: reference.deployment, schedule: slug))
        try connection.tell(
          response.deployment, response,
          "Paused schedule '\(slug)' of '\(response.deployment?.title ?? "")'.",
          as: format.output)
      }
      return nil
    }
  }
}

struct ResumeSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let schedules go on from now.")
  @OptionGroup var reference: ScheduleArguments
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let known = try await connection.deployment(reference.deployment).schedules
      for slug in try reference.slugs(of: known) {
        let response = try await connection.client.deployments.resumeDeployment(
          ResumeDeploymentRequest(
            namespace: connection.namespace, deployment: reference.deployment, schedule: slug))
        try connection.tell(
          response.deployment, response,
          "Resumed schedule '\(slug)' of '\(response.deployment?.title ?? "")'.",
          as: format.output)
      }
      return nil
    }
  }
}

extension Schedule {
  /// The rule in a few words.
  var ruleText: String {
    switch rule {
    case .cron(let cron)?: cron.expression
    case .interval(let interval)?:
      "every " + length(Double(interval.length?.components.seconds ?? 0))
    case .recurrence(let recurrence)?: recurrence.text.split(separator: "\n").joined(separator: " ")
    case nil: "-"
    }
  }
}

extension Table {
  /// Schedules, one a row.
  init(schedules: [Schedule]) {
    self.init("schedule", "rule", "zone", "next", "status")
    for schedule in schedules {
      let status: Cell =
        if schedule.paused { .init("paused", .yellow) } else if !schedule.error.isEmpty {
          .init(schedule.error, .red)
        } else { .init("active", .green) }
      append(
        .init(schedule.slug, .bold), .init(schedule.ruleText), .init(schedule.timeZone),
        .init(schedule.nextTime.map { StartTime.local(StartTime.instant($0)) } ?? "-"), status)
    }
  }
}
