// Decides how backfills are listed, shown and ended.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto

struct ListBackfills: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List backfills, the newest first.")
  @Argument(
    help: "Only those of this deployment: FLOW/NAME or its id.", completion: .deployments)
  var deployment: String?
  @Option(help: "At most this many.")
  var limit: Int = 20
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListBackfillsRequest()
      request.namespace = connection.namespace
      request.deployment = deployment ?? ""
      var response = ListBackfillsResponse()
      repeat {
        request.pageSize = Int32(min(1000, limit - response.backfills.count))
        let page = try await connection.client.deployments.listBackfills(request)
        response.backfills += page.backfills
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.backfills.count < limit
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for backfill in response.backfills { Terminal.standard.line(backfill.id) }
      case .table:
        var table = Table("id", "schedule", "from", "to", "state", "runs", "created")
        for backfill in response.backfills {
          table.append(
            .init(backfill.id, .bold), .init(backfill.schedule),
            .init(backfill.fromTime.map { StartTime.instant($0).rfc3339 } ?? "-"),
            .init(backfill.toTime.map { StartTime.instant($0).rfc3339 } ?? "-"),
            backfill.state.cell, .init(backfill.progress),
            .init(backfill.createTime.map(ago) ?? "-"))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct GetBackfill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one backfill and how far it is.")
  @OptionGroup var reference: BackfillArgument
  @Flag(
    help: "Follow it until it has ended; leaves with 0 when all its runs completed, else with 1.")
  var watch = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      if watch { return try await connection.follow(reference.backfill, as: format.output) }
      let backfill = try await connection.backfill(reference.backfill)
      try connection.show(
        backfill, GetBackfillResponse(backfill: backfill), as: format.output)
      return nil
    }
  }
}

struct CancelBackfill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End a backfill: nothing more of it starts.")
  @OptionGroup var reference: BackfillArgument
  @Flag(help: "Cancel its runs that go on, too.")
  var running = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.deployments.cancelBackfill(
        CancelBackfillRequest(
          namespace: connection.namespace, id: reference.backfill, cancelRunning: running))
      let backfill = response.backfill ?? Backfill()
      if case .table = format.output {
        Terminal.standard.line(
          "Backfill \(backfill.id) is \(backfill.state.cell.text): \(backfill.progress).")
      } else {
        try connection.show(backfill, response, as: format.output)
      }
      return nil
    }
  }
}
