// Checks that peers who make us work for nothing, or never take what they asked for, are refused in time: by
// frames that are wrong, by frames that mean nothing, by windows that stay shut.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct StingyPeerTests {
  /// Sends a piece for each new stream for as long as the server takes it, and returns how many and what came.
  private func floodStreams(
    _ server: TestServer, _ piece: (UInt32) -> [UInt8]
  ) async throws -> (streams: UInt32, frames: [RawFrames.Frame]) {
    let connection = try await RawConnection.connect(port: server.port)
    try await connection.send(RawFrames.preface + RawFrames.settings)
    var stream: UInt32 = 1
    while stream < 200_000 {
      var bytes: [UInt8] = []
      for _ in 0..<50 {
        bytes += piece(stream)
        stream += 2
      }
      guard await connection.trySend(bytes) else { break }
    }
    return (stream / 2, await connection.framesToEnd())
  }

  @Test(arguments: [
    // MadeYouReset (CVE-2025-8671): a window beyond its bound, a WINDOW_UPDATE of nothing, a PRIORITY that is too
    // short, a body longer than it was said to be.
    RawFrames.frame(8, stream: 0, RawFrames.bytes(0x7fff_ffff)),
    RawFrames.frame(8, stream: 0, RawFrames.bytes(0)),
    RawFrames.frame(2, stream: 0, [0, 0]),
  ])
  func streamsWeAreMadeToReset(_ frame: [UInt8]) async throws {
    try await TestServer.with { server in
      let (streams, frames) = try await floodStreams(server) { stream in
        var frame = frame
        frame.replaceSubrange(5..<9, with: RawFrames.bytes(stream))
        return RawFrames.request(stream, path: "/hold") + frame
      }
      #expect(streams < 10_000)
      #expect(frames.last { $0.type == 7 }?.errorCode != 0)
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test(arguments: [
    // DATA of nothing but padding, frames of a type nobody knows, windows widened by one byte for nothing.
    RawFrames.frame(0, flags: 8, stream: 1, [3, 0, 0, 0]),
    RawFrames.frame(0x77, stream: 1, [1, 2, 3]),
    RawFrames.frame(8, stream: 0, RawFrames.bytes(1)),
  ])
  func framesThatMeanNothing(_ frame: [UInt8]) async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + RawFrames.request(1, path: "/unread", ends: false))
      let piece = (0..<1_000).flatMap { _ in frame }
      var count = 0
      // Far more than the buffers in between hold.
      while count < 4_000_000, await connection.trySend(piece) { count += 1_000 }
      #expect(count < 4_000_000)
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 7 && $0.errorCode == 0xb })
    }
  }

  @Test func aDownloadMayBeCreditedPieceByPiece() async throws {
    try await TestServer.with { server in
      // 64 MiB with a window of 16 KiB: thousands of WINDOW_UPDATEs, all of them called for.
      let result = try await runTool(
        "nghttp", ["-w", "14", "-W", "14", "-nv", "\(server.url)/stream/64"])
      #expect(result.status == 0)
      #expect(server.server.statistics.abortedConnections == 0)
    }
  }

  @Test func answersNobodyTakesAreGivenUp() async throws {
    var limits = HTTPLimits()
    limits.writeTimeout = .milliseconds(100)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      // A window of no bytes, and an answer of some.
      try await connection.send(
        RawFrames.preface + RawFrames.frame(4, [0, 4, 0, 0, 0, 0])
          + RawFrames.request(1, path: "/fixed"))
      let frames = await connection.frames { $0.contains { $0.type == 3 && $0.stream == 1 } }
      #expect(frames.last { $0.type == 3 }?.errorCode == 8)
      #expect(await server.handler.firstEnd.wait() == .reset(8))
      connection.close()
      // Over HTTP/1.1 nothing but the end of the connection says so; the socket's buffers are full first.
      let older = try await RawConnection.connect(port: server.port, reads: false)
      let size = 6 << 20
      try await older.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: \(size)\r\n\r\n")
      try await older.send([UInt8](repeating: 1, count: size))
      while server.handler.ends.withLockedValue({ $0.count }) < 2 { await Task.yield() }
    }
  }

  @Test func answersThatPileUpRefuseFurtherRequests() async throws {
    var limits = HTTPLimits()
    limits.connectionHighWaterMark = 1 << 20
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(RawFrames.preface + RawFrames.frame(4, [0, 4, 0, 0, 0, 0]))
      let body = [UInt8](repeating: 1, count: 16_000)
      for stream in stride(from: UInt32(1), to: 400, by: 2) {
        try await connection.send(
          RawFrames.request(stream, path: "/echo", ends: false)
            + RawFrames.data(stream, body, ends: true))
      }
      let frames = await connection.frames { $0.contains { $0.type == 3 } }
      let refused = frames.filter { $0.type == 3 }
      #expect(refused.allSatisfy { $0.errorCode == 7 })
      // About as many as fill the bound were served before.
      #expect(server.handler.heads.withLockedValue { (125...140).contains($0.count) })
      connection.close()
    }
  }

  @Test func sectionsWithoutEndCostTheConnection() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      let big = [UInt8](repeating: UInt8(ascii: "y"), count: 3_000)
      let entry: [UInt8] = [0x40, 1, UInt8(ascii: "x"), 0x7f, 0xb9, 0x16] + big
      let request = RawFrames.block([
        (":method", "POST"), (":scheme", "http"), (":path", "/fixed"), (":authority", "test"),
      ])
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + RawFrames.frame(
            1, flags: 5, stream: 1, request + entry + [UInt8](repeating: 0xbe, count: 10_000)))
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 7 && $0.errorCode == 0xb })
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }

  @Test func streamsThatEnded() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.request(1) + RawFrames.request(5))
      _ = await connection.frames { frames in
        [1, 5].allSatisfy { id in frames.contains { $0.stream == id && $0.flags & 1 != 0 } }
      }
      try await connection.send(RawFrames.data(1, [1]))
      let closed = await connection.frames { $0.contains { $0.type == 3 } }
      #expect(closed.last { $0.type == 3 }?.errorCode == 5)
      try await connection.send(RawFrames.request(3))
      let ended = await connection.framesToEnd()
      #expect(ended.last { $0.type == 7 }?.errorCode == 1)
    }
  }

  @Test func badPrefaces() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")
      let frames = await connection.framesToEnd()
      #expect(frames.contains { $0.type == 7 && $0.errorCode == 1 })
    }
  }
}
