// Decides what can be asked about flow runs.

import ArgumentParser
import Martlet
import MartletProto

struct FlowRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow-run", abstract: "List, inspect, follow and steer runs of flows.",
    subcommands: [
      ListFlowRuns.self, GetRun.self, ExplainRun.self, RunGraph.self, RunLogs.self, WatchRun.self,
      CancelRun.self, RetryRun.self, PauseRun.self, ResumeRun.self, SetRunState.self,
      DeleteRuns.self,
    ], aliases: ["flow-runs"])
}

struct ListFlowRuns: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List runs of flows, the newest first.")
  @OptionGroup var list: RunListOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      try await connection.printRuns(list, kind: .flow, parent: nil, as: format.output)
      return nil
    }
  }
}

/// A run named on the command line.
struct RunReference: ParsableArguments {
  @Argument(help: "The run: its id or its name; of several with that name the newest.")
  var run: String
}

extension Connection {
  /// Finds a run by id or name.
  ///
  /// - Throws: `Status` NOT_FOUND when there is none.
  func find(_ reference: String) async throws -> Run {
    if reference.utf8.count == 36, reference.utf8.filter({ $0 == UInt8(ascii: "-") }).count == 4 {
      return try await get(reference)
    }
    var request = ListRunsRequest()
    request.namespace = namespace
    request.filter = "name = \(quoted(reference))"
    request.pageSize = 1
    // A page may be empty and yet not be the last.
    repeat {
      let page = try await client.runs.listRuns(request)
      if let found = page.runs.first { return try await get(found.id) }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    throw notFound(reference)
  }

  private func get(_ id: String) async throws -> Run {
    var request = GetRunRequest()
    request.namespace = namespace
    request.id = id
    guard let run = try await client.runs.getRun(request).run else { throw notFound(id) }
    return run
  }
}
