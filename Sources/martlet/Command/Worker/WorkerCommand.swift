// Decides which commands there are about workers.

import ArgumentParser

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Start workers, list them, drain and remove them.",
    subcommands: [
      StartWorker.self, ListWorkers.self, DrainWorker.self, RemoveWorker.self, ExecuteJob.self,
    ])
}
