// Decides how a stream of many small messages from a server is measured: one reader, one stream after the other.

import ArgumentParser
import InteropProto
import MartletCall

struct ExpandCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "expand", abstract: "Messages of one byte from a server of the interop cases.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Messages in all.")
  var messages = 1_000_000

  func run() async throws {
    let roads = try Array(load.connect().prefix(1))
    // As many as fit into one request.
    let batch = 50_000
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let messages = messages
    let counts = try await onEach(roads, perRoad: 1) { road in
      let client = TestServiceClient(channel: road.channel)
      var request = StreamingOutputCallRequest()
      request.responseParameters = Array(repeating: ResponseParameters(size: 1), count: batch)
      var count = 0
      while count < messages {
        for try await _ in try await client.streamingOutputCall(request).responses { count += 1 }
      }
      return count
    }
    let count = Double(counts.reduce(0, +))
    figure("stream_rate", count / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    if let before, let after = try usage?.processorTime() {
      figure("stream_cpu", (after - before) / .microseconds(1) / count, "us")
    }
  }
}
