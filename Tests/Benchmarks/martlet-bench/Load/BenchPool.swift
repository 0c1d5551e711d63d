// Decides what the runs that workers are offered come of: a pool of their own, and deployments of a command that is never
// started.

import ArgumentParser
import Martlet
import MartletProto

/// A pool that is made for one measurement.
struct BenchPool: Sendable {
  let name = "bench-\(Identifier.random())"

  /// Makes it.
  init(_ road: Road) async throws {
    var pool = Pool()
    pool.name = name
    pool.type = "process"
    _ = try await PoolServiceClient(channel: road.channel).createPool(CreatePoolRequest(pool: pool))
  }

  /// Makes a deployment of it.
  func deploy(_ deployment: String, schedule: Schedule? = nil, over road: Road) async throws {
    var spec = DeploymentSpec()
    spec.pool = name
    spec.executable = .shell("true")
    var made = Deployment()
    made.flow = "bench"
    made.name = deployment
    made.spec = spec
    made.schedules = schedule.map { [$0] } ?? []
    _ = try await DeploymentServiceClient(channel: road.channel).createDeployment(
      CreateDeploymentRequest(deployment: made))
  }

  /// Makes runs of a deployment that may start at once.
  func trigger(_ deployment: String, runs: Int, over road: Road) async throws {
    let client = RunServiceClient(channel: road.channel)
    var left = runs
    while left > 0 {
      let count = min(left, 500)
      let response = try await client.batchCreateRuns(
        BatchCreateRunsRequest(
          runs: (0..<count).map { _ in Run(id: Identifier.timeOrdered()) },
          deployment: "bench/\(deployment)"))
      for result in response.results {
        if case .run? = result.outcome { continue }
        throw ValidationError("a run was not made: \(result)")
      }
      left -= count
    }
  }

  /// Offers runs to workers of it until all have been; returns when each arrived, and at what cost.
  func offer(
    _ runs: Int, to workers: Int, credit: Int, over roads: [Road], usage: ProcessUsage?
  ) async throws -> (times: [Duration], own: Duration, server: Duration?) {
    let streams = try await onEach(roads, perRoad: workers / roads.count) { [self] road in
      try await WorkerStream(road, pool: name)
    }
    let arrivals = Arrivals(of: runs) { for stream in streams { stream.cancel() } }
    let own = ProcessUsage.own
    let before = try usage?.processorTime()
    let ownBefore = try own.processorTime()
    try await withThrowingTaskGroup { tasks in
      for stream in streams {
        tasks.addTask(executorPreference: stream.road.executor) {
          try await stream.serve(credit: credit, until: arrivals)
        }
      }
      try await tasks.waitForAll()
    }
    let server = try before.flatMap { before in try usage.map { try $0.processorTime() - before } }
    return (arrivals.times, try own.processorTime() - ownBefore, server)
  }
}
