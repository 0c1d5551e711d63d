// Decides how much going up is measured: one stream of messages of one mebibyte.

import ArgumentParser
import InteropProto
import MartletCall

struct UploadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upload", abstract: "Mebibytes to a server of the interop cases.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Messages of one mebibyte each.")
  var mebibytes = 100

  func run() async throws {
    let roads = try Array(load.connect().prefix(1))
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let mebibytes = mebibytes
    _ = try await onEach(roads, perRoad: 1) { road in
      let client = TestServiceClient(channel: road.channel)
      var request = StreamingInputCallRequest()
      request.payload = Payload(body: [UInt8](repeating: 7, count: 1 << 20))
      let call = try await client.streamingInputCall()
      for _ in 0..<mebibytes { try await call.requests.write(request) }
      try await call.finishRequests()
      let answer = try await call.responses.next()
      guard answer.map({ Int($0.aggregatedPayloadSize) }) == mebibytes << 20 else {
        throw Status(.dataLoss, "the server counted other bytes than were sent")
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    figure("upload_rate", Double(mebibytes << 20) / 1e6 / seconds, "MB/s")
    if let before, let after = try usage?.processorTime() {
      figure("upload_cpu", (after - before) / .milliseconds(1), "ms")
    }
  }
}
