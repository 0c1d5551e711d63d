// Decides how the rate of unary calls is measured: a fixed number of callers, each with one call under way.

import ArgumentParser
import MartletProto

struct PingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ping", abstract: "Unary calls that touch nothing: calls a second, CPU a call.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Calls under way on each connection.")
  var inFlight = 64

  @Option(help: "Bytes in each call.")
  var payload = 16

  func run() async throws {
    let roads = try load.connect()
    let request = PingRequest(payload: [UInt8](repeating: 0x2A, count: payload))
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let end = start + .seconds(load.seconds)
    let counts = try await onEach(roads, perRoad: inFlight) { road in
      let client = SystemServiceClient(channel: road.channel)
      var count = 0
      while ContinuousClock.now < end {
        _ = try await client.ping(request)
        count += 1
      }
      return count
    }
    let calls = Double(counts.reduce(0, +))
    figure("ping_rate", calls / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    if let before, let after = try usage?.processorTime() {
      figure("ping_cpu", (after - before) / .microseconds(1) / calls, "us")
    }
  }
}
