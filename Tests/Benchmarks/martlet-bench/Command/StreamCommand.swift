// Decides how the rate of durable transitions over streams is measured.

import ArgumentParser

struct StreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Transitions of distinct runs over Report streams.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Streams on each connection, each with one frame under way.")
  var streams = 16

  @Option(help: "Reports in each frame, of as many runs.")
  var reports = 64

  func run() async throws {
    let roads = try load.connect()
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let end = start + .seconds(load.seconds)
    let counts = try await onEach(roads, perRoad: streams) { [reports] road in
      try await ReportStream.drive(road, runs: reports) { ContinuousClock.now < end }
    }
    let transitions = Double(counts.reduce(0, +))
    figure(
      "transitions_stream", transitions / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    if let before, let after = try usage?.processorTime() {
      figure("stream_server_cpu", (after - before) / .microseconds(1) / transitions, "us")
    }
  }
}
