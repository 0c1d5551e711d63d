// Decides how a backfill is begun: which times of which schedule, and whether one waits for its end.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto
import MartletWire

struct CreateBackfill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Begin a backfill.",
    discussion: """
      Times that have a run are left alone unless --all. With --watch the command leaves with 0 when all its runs \
      completed, and with 1 otherwise.
      """)
  @OptionGroup var reference: DeploymentArgument
  @Option(
    help:
      "The first time that counts: 2026-11-01T00:00:00Z, local time without the Z; a date alone is its midnight in UTC."
  )
  var from: String
  @Option(help: "The first time that does not count any more.")
  var to: String
  @Option(help: "The name of the schedule, of a deployment that has several.")
  var schedule: String = ""
  @Option(
    name: [.customLong("parallel"), .customLong("max-parallel")],
    help: "How many of its runs may go on at a time: 1 to 1000.")
  var parallel: Int32 = 1
  @Flag(help: "Times that have a run get another one.")
  var all = false
  @Flag(help: "From the newest time to the oldest.")
  var newestFirst = false
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: "A parameter of its runs, KEY=VALUE, over the schedule's; may be repeated.")
  var param: [String] = []
  @Option(help: "Parameters of its runs, a JSON object.")
  var params: String?
  @Option(help: "Its id, a UUIDv7: a repeat with the same id begins nothing again.")
  var id: String?
  @Flag(help: "Have the server check it and count its times, and begin nothing.")
  var dryRun = false
  @Flag(help: "Follow it until it has ended.")
  var watch = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard 1...1000 ~= parallel else { throw ValidationError("--parallel must be from 1 to 1000") }
    guard !dryRun || !watch else { throw ValidationError("--dry-run begins nothing to --watch") }
  }

  func run() async throws {
    let wanted = try wanted()
    try await Connection.use(connection) { connection in
      let response = try await connection.client.deployments.createBackfill(
        CreateBackfillRequest(
          namespace: connection.namespace, backfill: wanted, validateOnly: dryRun))
      let backfill = response.backfill ?? wanted
      let times = "\(backfill.times) time\(backfill.times == 1 ? "" : "s")"
      switch format.output {
      case .document where watch: break
      case .document(let notation): try notation.print(response)
      case .name: if !backfill.id.isEmpty { Terminal.standard.line(backfill.id) }
      case .table:
        Terminal.standard.line(
          dryRun
            ? "A backfill of schedule '\(backfill.schedule)' would have \(times).\(remark)"
            : response.duplicate
              ? "Backfill \(backfill.id) was created before."
              : "Created backfill \(backfill.id) of \(times).\(remark)")
      }
      return watch ? try await connection.follow(backfill.id, as: format.output) : nil
    }
  }

  private var remark: String { all ? "" : " Those that have a run are left alone." }

  private func wanted() throws -> Backfill {
    var backfill = Backfill()
    backfill.id = id ?? Identifier.timeOrdered()
    backfill.deployment = reference.deployment
    backfill.schedule = schedule
    backfill.fromTime = try StartTime.timestamp(from, "--from")
    backfill.toTime = try StartTime.timestamp(to, "--to")
    backfill.onlyMissing = !all
    backfill.maxParallel = parallel
    backfill.newestFirst = newestFirst
    let parameters = try ParameterMembers.read(param, params)
    if !parameters.isEmpty { backfill.parameters = JSONObject(JSONMembers(parameters)) }
    return backfill
  }
}
