// Decides how the latency of one transition is measured: one client, nothing else under way.

import ArgumentParser

struct LatencyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "One client, one transition at a time, over one stream.")

  @OptionGroup var load: LoadOptions

  func run() async throws {
    let roads = try Array(load.connect().prefix(1))
    let end = ContinuousClock.now + .seconds(load.seconds)
    let parts = try await onEach(roads, perRoad: 1) { road in
      let stream = try await ReportStream(road)
      var latencies = Latencies()
      while ContinuousClock.now < end {
        let group = RunGroup(size: 1)
        for step in RunGroup.Step.allCases {
          let start = ContinuousClock.now
          try await stream.report(step, of: group)
          latencies.append(ContinuousClock.now - start)
        }
      }
      try await stream.finish()
      return latencies
    }
    let latencies = parts.reduce(into: Latencies()) { $0.append($1) }
    figure("transition_p50", latencies.microseconds(at: 0.5), "us")
    figure("transition_p99", latencies.microseconds(at: 0.99), "us")
    figure("transition_max", latencies.microseconds(at: 1), "us")
  }
}
