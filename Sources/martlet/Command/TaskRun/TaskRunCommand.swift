// Decides what can be asked about task runs.

import ArgumentParser
import Martlet
import MartletProto

struct TaskRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task-run", abstract: "List and inspect runs of tasks.",
    subcommands: [
      ListTaskRuns.self, GetRun.self, ExplainRun.self, RunLogs.self, DeleteRuns.self,
    ],
    aliases: ["task-runs"])
}

struct ListTaskRuns: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List runs of tasks, the newest first.")
  @Option(help: "Only tasks of this run: its id or its name.")
  var parent: String?
  @OptionGroup var list: RunListOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var parentID: String?
      if let parent { parentID = try await connection.find(parent).id }
      try await connection.printRuns(list, kind: .task, parent: parentID, as: format.output)
      return nil
    }
  }
}
