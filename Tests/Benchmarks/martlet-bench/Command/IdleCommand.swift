// Decides what workers look like that have nothing to do.

import ArgumentParser
import Glibc

struct IdleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idle",
    abstract: "Workers that are connected and would take runs, of which there are none.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Workers, over all connections.")
  var workers = 500

  func run() async throws {
    let roads = try load.connect()
    let pool = try await BenchPool(roads[0])
    let streams = try await onEach(roads, perRoad: workers / roads.count) { road in
      try await WorkerStream(road, pool: pool.name)
    }
    print("connected")
    fflush(nil)
    let end = ContinuousClock.now + .seconds(load.seconds)
    try await withThrowingTaskGroup { tasks in
      for stream in streams {
        tasks.addTask(executorPreference: stream.road.executor) {
          try await stream.idle(until: end)
        }
      }
      try await tasks.waitForAll()
    }
  }
}
