// Decides how the load reaches the server: connections spread over a few loops of this program.

import ArgumentParser
import Martlet
import MartletHTTP
import MartletRPC
import NIOPosix

/// What every command must know.
struct LoadOptions: ParsableArguments {
  @Option(help: "The server's address.")
  var server = "http://127.0.0.1:4200"

  @Option(help: "Connections to it.")
  var connections = 2

  @Option(help: "Threads of this program that serve them.")
  var threads = 1

  @Option(help: "How long the load goes on.")
  var seconds = 5.0

  @Option(help: "The server's process: its use of the machine is reported too.")
  var pid: Int32?

  func validate() throws {
    guard connections > 0, threads > 0, seconds > 0 else {
      throw ValidationError("--connections, --threads and --seconds must be more than 0")
    }
  }

  /// The connections, each with the executor of its loop.
  func connect() throws -> [Road] {
    let endpoints = try ServerAddress(server).endpoints
    let loops = LoopExecutorGroup(MultiThreadedEventLoopGroup(numberOfThreads: threads))
    return (0..<connections).map { _ in
      let executor = loops.next()
      return Road(channel: RPCChannel(to: endpoints, on: executor), executor: executor)
    }
  }
}

/// A connection and where its callers run.
struct Road: Sendable {
  let channel: RPCChannel
  let executor: LoopExecutor
}

/// Runs a body for each road `perRoad` times at once, on the road's loop, and returns what they return.
func onEach<Result: Sendable>(
  _ roads: [Road], perRoad: Int, _ body: @escaping @Sendable (Road) async throws -> Result
) async throws -> [Result] {
  try await withThrowingTaskGroup(of: Result.self) { group in
    for road in roads {
      for _ in 0..<perRoad {
        group.addTask(executorPreference: road.executor) { try await body(road) }
      }
    }
    var results: [Result] = []
    for try await result in group { results.append(result) }
    return results
  }
}
