// Decides how a deployment is given a schedule, and how one is taken away: the list is changed as a whole, guarded by
// the etag against whoever changes the deployment meanwhile.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

struct AddSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Give a deployment a schedule.",
    discussion: "`martlet deployment preview` shows when it will fire.")
  @OptionGroup var reference: DeploymentArgument
  @Option(
    name: [.customLong("name"), .customLong("slug")],
    help: "Its name within the deployment (default: after its rule).")
  var name: String?
  @OptionGroup var choices: ScheduleChoices
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: "A parameter of its runs, KEY=VALUE, over the deployment's; may be repeated.")
  var param: [String] = []
  @Option(help: "Parameters of its runs, a JSON object.")
  var params: String?
  @Flag(help: "Nothing is scheduled until somebody resumes it.")
  var paused = false
  @Flag(help: "In place of all schedules that the deployment has.")
  var replace = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let schedule = try schedule()
    try await Connection.use(connection) { connection in
      var others: Set<String> = []
      let response = try await connection.changeSchedules(of: reference.deployment) { known in
        others = replace ? [] : Set(known.map(\.slug))
        if !schedule.slug.isEmpty, !replace, known.contains(where: { $0.slug == schedule.slug }) {
          throw Status(
            .alreadyExists,
            "deployment \(reference.deployment) has a schedule \"\(schedule.slug)\": remove it first,"
              + " or choose another --name")
        }
        return (replace ? [] : known) + [schedule]
      }
      let added = response.deployment?.schedules.first { !others.contains($0.slug) }
      let slug = added?.slug ?? schedule.slug
      try connection.tell(
        response.deployment, response,
        "Added schedule '\(slug)' to '\(response.deployment?.title ?? "")'.", as: format.output)
      return nil
    }
  }

  private func schedule() throws -> MartletProto.Schedule {
    let parameters = try ParameterMembers.read(param, params)
    let entries = try choices.entries([
      ("name", name.map { .text($0) }), ("active", paused ? .bool(false) : nil),
      ("parameters", parameters.isEmpty ? nil : .object(parameters)),
    ])
    guard entries.count == 1, let manifest = try ManifestReader().schedules(entries).first else {
      throw ValidationError("give one of --cron, --interval and --rrule")
    }
    var schedule = MartletProto.Schedule()
    schedule.take(manifest)
    return schedule
  }
}

struct DeleteSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Take schedules away with their future runs.")
  @OptionGroup var reference: ScheduleArguments
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.changeSchedules(of: reference.deployment) { known in
        let gone = try reference.slugs(of: known)
        return known.filter { !gone.contains($0.slug) }
      }
      let title = response.deployment?.title ?? ""
      let names = reference.schedules.map { "'\($0)'" }.joined(separator: ", ")
      try connection.tell(
        response.deployment, response,
        reference.all
          ? "Removed every schedule of '\(title)'."
          : "Removed schedule \(names) of '\(title)'.", as: format.output)
      return nil
    }
  }
}

extension Connection {
  /// How often a change that somebody else's came before is made anew.
  private static let mostAttempts = 10

  /// Changes the schedules of a deployment; a change of somebody else's that comes between is kept.
  fileprivate func changeSchedules(
    of reference: String, _ change: ([MartletProto.Schedule]) throws -> [MartletProto.Schedule]
  ) async throws -> UpdateDeploymentResponse {
    var attempts = 0
    while true {
      var deployment = try await deployment(reference)
      deployment.schedules = try change(deployment.schedules)
      do {
        return try await client.deployments.updateDeployment(
          UpdateDeploymentRequest(
            namespace: namespace, deploymentRef: reference, deployment: deployment,
            updateMask: ["schedules"]))
      } catch let status as Status where status.code == .aborted && attempts < Self.mostAttempts {
        attempts += 1
      }
    }
  }
}
