// Decides how the schedules of a deployment are shown, and how one is paused and taken up again.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct DeploymentScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "List, pause and resume schedules of a deployment.",
    subcommands: [ListSchedules.self, PauseSchedule.self, ResumeSchedule.self])
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
      case .json:
        for schedule in deployment.schedules { try printJSON(schedule) }
      case .name: for schedule in deployment.schedules { Terminal.standard.line(schedule.slug) }
      case .table:
        Terminal.standard.write(Table(schedules: deployment.schedules).render(for: .standard))
      }
      return nil
    }
  }
}

/// A schedule named on the command line.
struct ScheduleArgument: ParsableArguments {
  @Argument(help: "The deployment: FLOW/NAME or its id.")
  var deployment: String
  @Argument(help: "The slug of the schedule, or its id.")
  var schedule: String

  /// The slug of the schedule.
  func slug(on connection: Connection) async throws -> String {
    let known = try await connection.deployment(deployment).schedules
    return known.first { $0.id == schedule }?.slug ?? schedule
  }
}

struct PauseSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stop a schedule; its future runs go.")
  @OptionGroup var reference: ScheduleArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let slug = try await reference.slug(on: connection)
      let response = try await connection.client.deployments.pauseDeployment(
        PauseDeploymentRequest(
          namespace: connection.namespace, deployment: reference.deployment, schedule: slug))
      try connection.tell(
        response.deployment, response,
        "Paused schedule '\(slug)' of '\(response.deployment?.title ?? "")'.", as: format.output)
      return nil
    }
  }
}

struct ResumeSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a schedule go on from now.")
  @OptionGroup var reference: ScheduleArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let slug = try await reference.slug(on: connection)
      let response = try await connection.client.deployments.resumeDeployment(
        ResumeDeploymentRequest(
          namespace: connection.namespace, deployment: reference.deployment, schedule: slug))
      try connection.tell(
        response.deployment, response,
        "Resumed schedule '\(slug)' of '\(response.deployment?.title ?? "")'.", as: format.output)
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
