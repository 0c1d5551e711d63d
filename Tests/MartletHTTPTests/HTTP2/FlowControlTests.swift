// Checks that bytes nobody takes stay where they are: on the sender, within its high-water mark.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite struct FlowControlTests {
  @Test func aSlowReaderOfAHugeStreamCostsNoMemory() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let before = residentBytes()
      let head = Signal<Int>()
      // Nothing is ever consumed: the stream's window closes after its first megabyte.
      let stuck = client.open("/stream/1000", head: head) { stream, collector in
        collector.consumes = false
        stream.finish(trailers: nil)
      }
      #expect(await head.wait() == 200)
      // Other streams of the same connection go on.
      for _ in 0..<100 { #expect(await client.request("/fixed").body.readableBytes == 107) }
      #expect(stuck.value == nil)
      #expect(residentBytes() - before < 128 << 20)
      client.close()
      #expect(await stuck.wait().body.readableBytes <= 1 << 20)
    }
  }

  @Test func aReaderThatTakesGetsEverything() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let response = await client.request("/stream/20", method: "GET")
      #expect(response.body.readableBytes == 20 << 20)
      #expect(response.error == nil)
    }
  }

  @Test func aBodyNobodyTakesMakesTheClientWait() async throws {
    var limits = HTTPLimits()
    limits.streamWindow = 100_000
    try await TestServer.with(limits) { server in
      let client = try await server.connect()
      let sent = NIOLockedValueBox(0)
      let full = Signal<Void>()
      let done = client.open("/unread") { stream, collector in
        let fill = { [unowned stream] in
          while stream.isWritable {
            stream.send(ByteBuffer(repeating: 1, count: 10_000))
            sent.withLockedValue { $0 += 10_000 }
          }
        }
        collector.onWritable = fill
        fill()
        full.fire()
      }
      await full.wait()
      for _ in 0..<50 { #expect(await client.request("/fixed").status == 200) }
      // The window, and what may wait on the client.
      #expect(sent.withLockedValue { $0 } <= 100_000 + 256 * 1024 + 20_000)
      #expect(done.value == nil)
      client.close()
      _ = await done.wait()
    }
  }

  @Test func manyBodiesNobodyTakesAreBoundedTogether() async throws {
    var limits = HTTPLimits()
    limits.connectionWindow = 1 << 20
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.settingsAck)
      // 20 streams of 200,000 bytes each: a peer that minds the window sends no more than the
      // connection is credited for, and the credit ends.
      var requests: [UInt8] = []
      for n in 0..<20 {
        requests += RawFrames.request(UInt32(n * 2 + 1), path: "/unread", ends: false)
      }
      try await connection.send(requests)
      var window = 65_535
      var sent = 0
      var stream: UInt32 = 1
      let ping = RawFrames.ping
      while sent < 20 * 200_000 {
        if window >= 10_000 {
          try await connection.send(RawFrames.data(stream, [UInt8](repeating: 0, count: 10_000)))
          window -= 10_000
          sent += 10_000
          stream = (stream + 2) % 40
        } else {
          // What the server has to say about the window it says before it answers a PING.
          try await connection.send(ping)
          let frames = await connection.frames { $0.contains { $0.type == 6 && $0.flags == 1 } }
          let credit = frames.filter { $0.type == 8 && $0.stream == 0 }
            .reduce(0) { $0 + Int(RawFrames.number($1.payload[0..<4])) }
          if credit == 0 { break }
          window += credit
        }
      }
      #expect(sent <= 2 * (1 << 20) + 65_535, "\(sent)")
      // Streams that end give their share back.
      try await connection.send((0..<20).flatMap { RawFrames.reset(UInt32($0 * 2 + 1)) } + ping)
      let frames = await connection.frames { $0.contains { $0.type == 8 && $0.stream == 0 } }
      #expect(frames.contains { $0.type == 8 && $0.stream == 0 })
      connection.close()
    }
  }

  @Test func theConnectionsBoundHoldsForAllStreamsTogether() async throws {
    var limits = HTTPLimits()
    limits.connectionHighWaterMark = 1 << 20
    try await TestServer.with(limits) { server in
      let client = try await server.connect()
      let before = residentBytes()
      let heads = (0..<200).map { _ in Signal<Int>() }
      let streams = heads.map { head in
        client.open("/stream/100", head: head) { stream, collector in
          collector.consumes = false
          stream.finish(trailers: nil)
        }
      }
      for head in heads { #expect(await head.wait() == 200) }
      #expect(residentBytes() - before < 300 << 20)
      client.close()
      for stream in streams { _ = await stream.wait() }
    }
  }

  @Test func curlReadsSlowly() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "curl",
        [
          "-sS", "--http2-prior-knowledge", "--limit-rate", "40M", "-o", "/dev/null", "-w",
          "%{size_download}", "\(server.url)/stream/16",
        ])
      #expect(result.output == "16777216")
    }
  }
}
