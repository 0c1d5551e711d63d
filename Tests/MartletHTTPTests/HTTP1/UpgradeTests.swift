// Checks that a connection goes over to another protocol when that is agreed to, and only then, and that not one
// byte is lost on the way.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct UpgradeTests {
  /// Answers every byte with the next one.
  private final class NextByte: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data).readableBytesView.map { $0 &+ 1 }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
  }

  private static let next = HTTPUpgrade(name: "next") { head in
    guard head.path == "/next" else { return .decline }
    return .accept(["x-agreed": "yes"]) { channel, _ in
      try channel.pipeline.syncOperations.addHandler(NextByte())
    }
  }

  private func with(_ body: (TestServer) async throws -> Void) async throws {
    let handler = TestHandler()
    var limits = HTTPLimits()
    limits.handshakeTimeout = .seconds(120)
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors, limits: limits,
      upgrades: [Self.next], logger: TestServer.logger, handler: handler)
    let started = TestServer(handler: handler, server: server)
    do { try await body(started) } catch {
      await started.stop()
      throw error
    }
    await started.stop()
  }

  private static func request(_ path: String, _ fields: String) -> String {
    "GET \(path) HTTP/1.1\r\nhost: x\r\n\(fields)\r\n"
  }

  @Test(arguments: [false, true]) func bytesThatCameEarlyAreRead(inOnePiece: Bool) async throws {
    try await with { server in
      let connection = try await RawConnection.connect(port: server.port)
      let head = Self.request(
        "/next", "connection: keep-alive, Upgrade\r\nupgrade: other, NEXT\r\n")
      if inOnePiece {
        try await connection.send(head + "abc")
      } else {
        try await connection.sendByteByByte(Array((head + "abc").utf8))
      }
      let answer = await connection.read(until: "bcd")
      #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
      #expect(answer.contains("x-agreed: yes\r\n"))
      #expect(answer.contains("upgrade: next\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nbcd"))
      try await connection.send("xyz")
      #expect(await connection.read(until: "yz{") == "yz{")
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
      connection.close()
    }
  }

  @Test(arguments: [
    request("/other", "connection: upgrade\r\nupgrade: next\r\n"),
    request("/next", "upgrade: next\r\n"),
    request("/next", "connection: upgrade\r\nupgrade: unheard\r\n"),
    "POST /next HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: next\r\ncontent-length: 0\r\n\r\n",
    "GET /next HTTP/1.0\r\nhost: x\r\nconnection: upgrade\r\nupgrade: next\r\n\r\n",
  ])
  func otherRequestsAreServedAsTheyAre(_ request: String) async throws {
    try await with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(request)
      let answer = await connection.readTextToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") || answer.hasPrefix("HTTP/1.0 200"))
      #expect(server.handler.heads.withLockedValue { $0.count } == 1)
    }
  }
}
