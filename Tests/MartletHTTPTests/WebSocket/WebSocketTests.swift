// Checks the server's end of a WebSocket: the handshake, the order of what is read, back-pressure, and every way it ends.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import MartletHTTP

@Suite(.timeLimit(.minutes(10))) struct WebSocketTests {
  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (String(repeating: "a", count: 119), "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
  ])
  func digestsAreThoseOfTheStandard(_ text: String, _ expected: String) {
    let digest = SHA1.digest(of: Array(text.utf8)).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    #expect(digest.joined() == expected)
  }

  private static func head(_ fields: HTTPFields) -> HTTPRequestHead {
    HTTPRequestHead(method: "GET", path: "/", fields: fields, version: .http1)
  }

  @Test func theHandshakeIsThatOfTheStandard() {
    let head = Self.head([
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13",
      "sec-websocket-protocol": "chat, superchat",
    ])
    #expect(WebSocketHandshake.protocols(of: head) == ["chat", "superchat"])
    let fields = WebSocketHandshake.answer(head, speaking: "chat")
    #expect(fields?["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(fields?["sec-websocket-protocol"] == "chat")
  }

  @Test(
    arguments: [
      ["sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "8"],
      ["sec-websocket-key": "dGhlIHNhbXBsZQ==", "sec-websocket-version": "13"],
      ["sec-websocket-version": "13"],
    ] as [HTTPFields])
  func anythingElseIsNone(_ fields: HTTPFields) {
    #expect(WebSocketHandshake.answer(Self.head(fields), speaking: nil) == nil)
  }

  // MARK: A connection

  /// A server whose WebSockets are served by a closure.
  private func with(
    maxMessage: Int = 1 << 20, _ serve: @escaping @Sendable (WebSocket) async -> Void,
    _ body: (RawConnection, HTTPServer) async throws -> Void
  ) async throws {
    let upgrade = HTTPUpgrade(name: "websocket") { head in
      guard let fields = WebSocketHandshake.answer(head, speaking: nil) else { return .decline }
      return .accept(fields) { channel, _ in
        try WebSocket.install(on: channel, maxMessage: maxMessage, serve)
      }
    }
    let handler = TestHandler()
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors,
      upgrades: [upgrade], logger: TestServer.logger, handler: handler)
    let started = TestServer(handler: handler, server: server)
    do {
      let connection = try await RawConnection.connect(port: started.port)
      try await connection.send(
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
          + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      #expect(await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101"))
      try await body(connection, server)
      connection.close()
    } catch {
      await started.stop()
      throw error
    }
    await started.stop()
  }

  /// A frame of a client, masked.
  private static func frame(_ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true) -> [UInt8] {
    let mask: [UInt8] = [1, 2, 3, 4]
    var frame: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: frame.append(0x80 | UInt8(payload.count))
    case ..<65536:
      frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default:
      frame.append(0x80 | 127)
      frame += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    return frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  private static func text(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }
  private static let close = frame(8, [0x03, 0xE8])

  /// Echoes texts, answers pings and the end.
  private static func echo(_ socket: WebSocket) async {
    while true {
      let messages = await socket.next()
      if messages.isEmpty { return }
      for message in messages {
        switch message {
        case .text(let text): try? await socket.send(text)
        case .ping(let payload): try? await socket.pong(payload)
        case .end: return await socket.close(1000)
        }
      }
    }
  }

  @Test func messagesAreAnsweredInTheirOrder() async throws {
    try await with(Self.echo) { connection, _ in
      try await connection.send(
        Self.text("one") + Self.frame(9, Array("p".utf8))
          + Self.frame(1, Array("tw".utf8), isLast: false)
          + Self.frame(0, Array("o".utf8)) + Self.close)
      let answer = await connection.readToEnd()
      #expect(
        answer
          == [0x81, 3] + Array("one".utf8) + [0x8A, 1] + Array("p".utf8) + [0x81, 3]
          + Array("two".utf8) + [0x88, 2, 0x03, 0xE8])
    }
  }

  @Test(
    arguments: [
      ([0x81, 0x01, 0x61], 1002), (frame(2, [1]), 1003), (frame(1, [0xFF]), 1007),
      (frame(1, [UInt8](repeating: 97, count: 5000)), 1009), ([0x83, 0x80, 1, 2, 3, 4], 1002),
    ] as [([UInt8], Int)])
  func aBreachEndsTheConnection(_ bytes: [UInt8], _ code: Int) async throws {
    let ended = Signal<Void>()
    try await with(maxMessage: 4096) { socket in
      while await socket.next().contains(.end) == false {}
      ended.fire(())
    } _: { connection, _ in
      try await connection.send(bytes)
      let answer = await connection.readToEnd()
      #expect(Array(answer.prefix(1)) == [0x88])
      #expect(answer.count >= 4 && Int(answer[2]) << 8 | Int(answer[3]) == code)
      await ended.wait()
    }
  }

  @Test func theEndOfTheServerIsTheEndOfTheSocket() async throws {
    try await with(Self.echo) { connection, server in
      try await connection.send(Self.text("x"))
      _ = await connection.read(until: "x")
      await server.shutdown(grace: .seconds(60))
      #expect(await connection.readToEnd() == [0x88, 2, 0x03, 0xE8])
    }
  }

  @Test func aPeerThatGoesIsTheEndToo() async throws {
    let ended = Signal<Void>()
    try await with { socket in
      while await socket.next().contains(.end) == false {}
      ended.fire(())
    } _: { connection, _ in
      connection.close()
      await ended.wait()
    }
  }

  /// While nobody reads, no more than the bound and what is on its way is taken from the peer.
  @Test func aSlowReaderHoldsThePeerBack() async throws {
    let read = NIOLockedValueBox((first: 0, all: 0))
    let count = 64
    let size = 256 << 10
    let ended = Signal<Void>()
    try await with { socket in
      while !socket.holdsPeerBack { await Task.yield() }
      while true {
        let messages = await socket.next()
        let bytes = messages.reduce(0) { sum, message in
          if case .text(let text) = message { sum + text.utf8.count } else { sum }
        }
        read.withLockedValue { read in
          if read.all == 0 { read.first = bytes }
          read.all += bytes
        }
        if messages.contains(.end) || messages.isEmpty { return ended.fire(()) }
      }
    } _: { connection, _ in
      let payload = [UInt8](repeating: 97, count: size)
      let sending = Task {
        for _ in 0..<count { try await connection.send(Self.frame(1, payload)) }
        try await connection.send(Self.close)
      }
      try await sending.value
      await ended.wait()
      let (first, all) = read.withLockedValue { $0 }
      #expect(all == count * size)
      #expect(first <= WebSocket.highWaterMark + 2 * size)
    }
  }
}
