// Checks that floods end the connection of the one who sends them, and nobody else's.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite struct HostilePeerTests {
  /// Sends for as long as the server takes it, at most 200 MB, and returns the frames that came.
  private func flood(
    _ server: TestServer, start: [UInt8] = [], with piece: [UInt8]
  ) async throws -> [RawFrames.Frame] {
    let connection = try await RawConnection.connect(port: server.port)
    try await connection.send(RawFrames.preface + RawFrames.settings + start)
    var sent = 0
    while sent < 200 << 20, await connection.trySend(piece) { sent += piece.count }
    #expect(sent < 200 << 20, "the server took everything")
    let frames = await connection.framesToEnd()
    // Others are still served.
    let other = try await server.connect()
    #expect(await other.request("/fixed").status == 200)
    return frames
  }

  @Test func pings() async throws {
    try await TestServer.with { server in
      _ = try await flood(server, with: (0..<1000).flatMap { _ in RawFrames.ping })
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test(arguments: [0, 1]) func framesOnAStreamThatItsOwnerCutOff(kind: Int) async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      // Cut off in the same bytes that open it, so that the codec has not seen either.
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.request(1, ends: false)
          + RawFrames.reset(1)
          + (kind == 0 ? RawFrames.data(1, [1], ends: true) : RawFrames.request(1))
          + RawFrames.request(3))
      let frames = await connection.frames { $0.contains { $0.stream == 3 && $0.flags & 1 != 0 } }
      let reset = frames.first { $0.stream == 1 && $0.type == 3 }
      #expect(reset?.errorCode == 5, "\(frames)")
    }
  }

  @Test func aStreamThatHasEndedIsNotOpenedAgain() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(RawFrames.preface + RawFrames.settings + RawFrames.request(1))
      _ = await connection.frames { $0.contains { $0.stream == 1 && $0.flags & 1 != 0 } }
      try await connection.send(RawFrames.request(1))
      let frames = await connection.framesToEnd()
      #expect(frames.last?.type == 7 && frames.last?.payload[4...7] == [0, 0, 0, 5], "\(frames)")
    }
  }

  @Test(arguments: ["INVALID CONNECTION PREFACE\r\n\r\n", "EHLO test\r\n"])
  func whoSpeaksAnotherProtocolHasNoAnswer(line: String) async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(Array(line.utf8))
      #expect(await connection.readToEnd().isEmpty)
    }
  }

  /// grpc-go measures the path by a PING and a WINDOW_UPDATE for each piece of a body.
  @Test func aPingForEachAnswerIsNoFlood() async throws {
    var limits = HTTPLimits()
    limits.controlBurst = 20
    limits.controlsPerSecond = 0
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(RawFrames.preface + RawFrames.settings)
      for stream in (0..<500).map({ UInt32($0 * 2 + 1) }) {
        try await connection.send(RawFrames.request(stream))
        _ = await connection.frames {
          $0.contains { $0.stream == stream && $0.flags & 1 != 0 }
        }
        try await connection.send(
          RawFrames.frame(8, stream: 0, RawFrames.bytes(107)) + RawFrames.ping)
        let frames = await connection.frames { $0.contains { $0.type == 6 } }
        try #require(frames.contains { $0.type == 6 && $0.flags == 1 }, "stream \(stream)")
      }
      // Without answers it is one, and what was saved up is little.
      _ = await connection.trySend((0..<100).flatMap { _ in RawFrames.ping })
      let end = await connection.framesToEnd().last
      #expect(end?.errorCode == HTTP2ErrorCode.enhanceYourCalm)
    }
  }

  @Test func settings() async throws {
    try await TestServer.with { server in
      _ = try await flood(server, with: (0..<1000).flatMap { _ in RawFrames.settings })
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test func emptyData() async throws {
    try await TestServer.with { server in
      _ = try await flood(
        server, start: RawFrames.request(1, path: "/unread", ends: false),
        with: (0..<1000).flatMap { _ in RawFrames.data(1, []) })
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test func rapidReset() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(RawFrames.preface + RawFrames.settings)
      var stream: UInt32 = 1
      while stream < 2_000_000 {
        var piece: [UInt8] = []
        for _ in 0..<100 {
          piece += RawFrames.request(stream, path: "/hold") + RawFrames.reset(stream)
          stream += 2
        }
        guard await connection.trySend(piece) else { break }
      }
      #expect(stream < 2_000_000, "the server took every reset")
      _ = await connection.framesToEnd()
      #expect(server.server.statistics.abortedConnections == 1)
      while server.handler.heads.withLockedValue({ $0.count })
        > server.handler.ends.withLockedValue({ $0.count })
      {
        await Task.yield()
      }
    }
  }

  @Test func continuations() async throws {
    try await TestServer.with { server in
      let start = RawFrames.headers(1, [(":method", "POST")], isWhole: false)
      _ = try await flood(
        server, start: start,
        with: RawFrames.frame(9, stream: 1, RawFrames.block([("x", "y")])))
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test func aBombInTheHeaders() async throws {
    try await TestServer.with { server in
      // One large indexed field, then thousands of one-byte references to it.
      let big = [UInt8](repeating: UInt8(ascii: "y"), count: 3_000)
      let entry: [UInt8] = [0x40, 1, UInt8(ascii: "x"), 0x7f, 0xb9, 0x16] + big
      let request = RawFrames.block([
        (":method", "POST"), (":scheme", "http"), (":path", "/fixed"), (":authority", "test"),
      ])
      let block = request + entry + [UInt8](repeating: 0xbe, count: 10_000)
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.frame(1, flags: 5, stream: 1, block))
      let frames = await connection.frames { $0.contains { $0.stream == 1 || $0.type == 7 } }
      #expect(frames.contains { $0.stream == 1 || $0.type == 7 })
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }

  @Test func moreStreamsThanAllowed() async throws {
    var limits = HTTPLimits()
    limits.concurrentStreams = 10
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      let requests = (0..<20).flatMap { RawFrames.request(UInt32($0 * 2 + 1), path: "/hold") }
      try await connection.send(RawFrames.preface + RawFrames.settings + requests)
      let frames = await connection.frames { $0.filter { $0.type == 3 }.count == 10 }
      #expect(frames.filter { $0.type == 3 }.allSatisfy { $0.errorCode == 7 })
      #expect(server.handler.heads.withLockedValue { $0.count } == 10)
      connection.close()
    }
  }

  @Test func aConnectionThatOnlyBegins() async throws {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      for start in [[], Array(RawFrames.preface.prefix(5)), RawFrames.preface] {
        let connection = try await RawConnection.connect(port: server.port)
        _ = await connection.trySend(start)
        _ = await connection.readToEnd()
      }
      #expect(server.server.statistics.abortedConnections == 3)
    }
  }

  @Test func aHeadThatNeverEnds() async throws {
    var limits = HTTPLimits()
    limits.headerTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + RawFrames.headers(1, [(":method", "GET")], isWhole: false))
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 7 && $0.errorCode == 0xb })
    }
  }

  @Test func silence() async throws {
    var limits = HTTPLimits()
    limits.keepaliveInterval = .milliseconds(50)
    limits.keepaliveTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.request(1, path: "/hold"))
      // No answer to the PING: the connection is given up, and the handler is told.
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 6 && $0.flags == 0 })
      #expect(await server.handler.firstEnd.wait() == .connectionClosed(processed: true))
    }
  }

  @Test func idleness() async throws {
    var limits = HTTPLimits()
    limits.idleTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(RawFrames.preface + RawFrames.settings + RawFrames.request(1))
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 7 && $0.errorCode == 0 })
      #expect(frames.contains { $0.type == 0 && $0.stream == 1 })
      #expect(server.server.statistics.abortedConnections == 0)
    }
  }

  @Test func oneByteAtATime() async throws {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .seconds(120)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.sendByteByByte(
        RawFrames.preface + RawFrames.settings + RawFrames.request(1, path: "/echo", ends: false)
          + RawFrames.data(1, Array("hello".utf8), ends: true))
      let frames = await connection.frames { $0.contains { $0.stream == 1 && $0.flags & 1 != 0 } }
      #expect(frames.contains { $0.type == 0 && $0.payload == Array("hello".utf8) })
    }
  }

  @Test(arguments: 0..<30) func randomBytesNeverHurt(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    try await TestServer.with { server in
      for _ in 0..<5 {
        let connection = try await RawConnection.connect(port: server.port)
        var bytes = RawFrames.preface + RawFrames.settings
        for _ in 0..<20 {
          let stream = UInt32.random(in: 0..<8, using: &random)
          let payload = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
          }
          bytes += RawFrames.frame(
            UInt8.random(in: 0..<12, using: &random),
            flags: UInt8.random(in: 0...255, using: &random),
            stream: stream, payload)
          if Bool.random(using: &random) { bytes += RawFrames.request(stream | 1) }
        }
        _ = await connection.trySend(bytes)
        connection.close()
      }
      let client = try await server.connect()
      #expect(await client.request("/fixed").status == 200, "seed \(seed)")
    }
  }
}
