// Decides what the load program offers: one command a figure.

import ArgumentParser

@main
struct MartletBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet-bench",
    abstract: "Load for a Martlet server; each result is a line `figure NAME = VALUE UNIT`.",
    discussion: """
      A transition is one report that the server has answered ACCEPTED, which it does once it is
      durable. Every run is distinct and makes three: created (PENDING), RUNNING, COMPLETED.
      """,
    subcommands: [
      PingCommand.self, StreamCommand.self, UnaryCommand.self, LatencyCommand.self,
      MemoryCommand.self, ListsCommand.self, ExpandCommand.self, UploadCommand.self,
      InterceptorsCommand.self, LimitsCommand.self, WatchersCommand.self, EventsCommand.self,
      ClaimsCommand.self, DueCommand.self, IdleCommand.self, PrefectStatesCommand.self,
      PrefectListsCommand.self,
    ])
}
