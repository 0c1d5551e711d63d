// Checks HTTP/1.1 with curl and with bytes by hand: what is kept alive, what is refused, what is held back.

import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import MartletHTTP

@Suite struct HTTP1ServingTests {
  private static let get = "GET /fixed HTTP/1.1\r\nHost: test\r\n\r\n"
  private static let last = "GET /fixed HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"

  private func answers(_ text: String) -> [Substring] {
    text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
  }

  /// Sends text and returns all that comes until the server closes.
  private func converse(_ server: TestServer, _ text: String) async throws -> String {
    let connection = try await RawConnection.connect(port: server.port)
    // The server may close before it has read everything.
    _ = await connection.trySend(Array(text.utf8))
    return await connection.readTextToEnd()
  }

  @Test func curlKeepsTheConnectionAndGetsBothBodies() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "curl", ["-sSv", "--http1.1", "\(server.url)/fixed", "-d", "hello", "\(server.url)/echo"])
      #expect(result.status == 0)
      #expect(result.output.contains("Re-using existing connection"))
      #expect(result.output.contains("hello"))
      #expect(server.server.statistics.acceptedConnections == 1)
      #expect(server.server.statistics.requests == 2)
    }
  }

  @Test(arguments: [["--http1.1"], ["-0"], ["--http1.1", "-H", "Transfer-Encoding: chunked"]])
  func curlGetsALargeBodyBack(options: [String]) async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "sh",
        [
          "-c",
          "head -c 3000000 /dev/urandom > $0.in && curl -sS \"$@\" --data-binary @$0.in -o $0.out "
            + "&& cmp $0.in $0.out; s=$?; rm -f $0.in $0.out; exit $s",
          "/tmp/martlet-http-\(server.port)",
        ] + options + ["\(server.url)/echo"])
      #expect(result.status == 0, "\(result.output)")
    }
  }

  @Test func curlWaitsForContinueAndGetsIt() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "curl",
        [
          "-sSv", "--http1.1", "--expect100-timeout", "60", "-H", "Expect: 100-continue", "-d",
          "hello", "\(server.url)/echo",
        ])
      #expect(result.output.contains("HTTP/1.1 100 Continue"))
      #expect(result.output.contains("HTTP/1.1 200 OK"))
    }
  }

  @Test func curlSeesTheLengthOnHead() async throws {
    try await TestServer.with { server in
      let result = try await runTool("curl", ["-sSI", "\(server.url)/fixed"])
      #expect(result.output.contains("content-length: 107"))
    }
  }

  @Test func anUpgradeToHTTP2IsAnsweredInHTTP1() async throws {
    try await TestServer.with { server in
      let result = try await runTool("curl", ["-sSv", "--http2", "\(server.url)/fixed"])
      #expect(result.status == 0)
      #expect(result.output.contains("HTTP/1.1 200 OK"))
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await TestServer.with { server in
      let echo = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"
      let text = try await converse(server, Self.get + echo + Self.last)
      #expect(answers(text) == ["200", "200", "200"])
      #expect(text.contains("hello"))
    }
  }

  @Test func aRequestInBytesIsARequest() async throws {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .seconds(120)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.sendByteByByte(Array(Self.last.utf8))
      #expect(answers(await connection.readTextToEnd()) == ["200"])
    }
  }

  @Test func trailersComeInChunks() async throws {
    try await TestServer.with { server in
      let text = try await converse(
        server, "POST /trailers HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
      #expect(text.hasSuffix("\r\n\r\n0\r\ngrpc-status: 12\r\n\r\n"))
    }
  }

  @Test func requestTrailersReachTheHandler() async throws {
    try await TestServer.with { server in
      let text = try await converse(
        server,
        "POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n")
      #expect(text.hasSuffix("2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n"))
    }
  }

  @Test(arguments: [
    (
      "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400"
    ),
    (
      "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      "400"
    ),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5, 5\r\n\r\nhello", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: +5\r\n\r\nhello", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n", "501,400"),
    ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
    (
      "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "501,400"
    ),
    ("POST / HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
    ("GET nothing HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "400"),
    ("GET / HTTP/1.1\nHost: a\n\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", "400"),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "501"),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n", "417"),
    ("\u{16}\u{3}\u{1}garbage\r\n\r\n", "400"),
  ])
  func whatTwoParsersCouldReadDifferentlyIsRefused(text: String, status: String) async throws {
    try await TestServer.with { server in
      // A second request behind it must never be answered.
      let reply = try await converse(server, text + Self.get)
      let codes = answers(reply)
      #expect(codes.count == 1 && status.contains(codes.first ?? "none"), "\(reply)")
      #expect(reply.contains("connection: close"))
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }

  @Test func aBrokenBodyEndsTheExchange() async throws {
    try await TestServer.with { server in
      let text = try await converse(
        server, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
      #expect(answers(text) == ["400"])
      guard case .protocolViolation = await server.handler.firstEnd.wait() else {
        Issue.record("not told of the violation")
        return
      }
    }
  }

  @Test(arguments: [100, 40_000]) func giantHeadsAreRefused(count: Int) async throws {
    try await TestServer.with { server in
      let field =
        count == 100
        ? String(repeating: "X: y\r\n", count: 200)
        : "X: "
          + String(repeating: "y", count: count) + "\r\n"
      let text = try await converse(
        server, "GET / HTTP/1.1\r\nHost: t\r\n" + field + "\r\n")
      #expect(answers(text) == ["431"])
    }
  }

  @Test func aResponseAheadOfTheBodyEndsTheConnection() async throws {
    try await TestServer.with { server in
      let text = try await converse(
        server, "POST /early HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\npart")
      #expect(answers(text) == ["403"])
      #expect(text.contains("connection: close"))
      #expect(await server.handler.firstEnd.wait() == nil)
    }
  }

  @Test func anAbsoluteTargetNamesItsAuthority() async throws {
    try await TestServer.with { server in
      _ = try await converse(
        server,
        "GET http://other:80?q HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
      let head = server.handler.heads.withLockedValue { $0.first }
      #expect(head?.authority == "other:80")
      #expect(head?.path == "/?q")
      #expect(head?.fields.contains("connection") == false)
    }
  }

  @Test func aBodyNobodyTakesStaysWithThePeer() async throws {
    var limits = HTTPLimits()
    limits.streamWindow = 64 * 1024
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        "POST /unread HTTP/1.1\r\nHost: t\r\nContent-Length: 900000000\r\n\r\n")
      await server.handler.accepted.wait()
      let stuck = Signal<Bool>()
      let piece = [UInt8](repeating: 0, count: 1 << 20)
      let sender = Task {
        // Socket buffers hold a few megabytes; that many more do not fit anywhere.
        for _ in 0..<64 { guard await connection.trySend(piece) else { break } }
        stuck.fire(false)
      }
      // The server stays well while that peer waits.
      let other = try await server.connect()
      for _ in 0..<50 { #expect(await other.request("/fixed").status == 200) }
      #expect(stuck.value == nil)
      other.close()
      try await connection.abort()
      _ = await sender.value
      #expect(await server.handler.unreadEnd.wait() == .connectionClosed(processed: true))
    }
  }

  @Test func aLostConnectionEndsTheExchange() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")
      await server.handler.accepted.wait()
      try await connection.abort()
      #expect(await server.handler.firstEnd.wait() == .connectionClosed(processed: true))
    }
  }

  @Test func resetClosesTheConnection() async throws {
    try await TestServer.with { server in
      let text = try await converse(server, "GET /reset HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(text.isEmpty)
      #expect(await server.handler.firstEnd.wait() == .reset(HTTP2ErrorCode.cancel))
    }
  }

  @Test(arguments: ["", "GET / HTTP/1.1\r\n"]) func aFirstHeadMustComeInTime(start: String)
    async throws
  {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let reply = try await converse(server, start)
      #expect(reply.isEmpty)
      #expect(server.server.statistics.abortedConnections == 1)
    }
  }

  @Test func aLaterHeadMustEndInTime() async throws {
    var limits = HTTPLimits()
    limits.headerTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(Self.get)
      _ = await connection.read(until: "AAA")
      try await connection.send("GET / HT")
      #expect(await connection.readTextToEnd().contains("408 Request Timeout"))
    }
  }

  @Test func anIdleConnectionIsClosed() async throws {
    var limits = HTTPLimits()
    limits.idleTimeout = .milliseconds(50)
    try await TestServer.with(limits) { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")
      await server.handler.accepted.wait()
      // Longer than the limit, but an exchange is open.
      try await TestServer.executors.group.next().scheduleTask(in: .milliseconds(120)) {}
        .futureResult.get()
      server.handler.release()
      #expect(await connection.readTextToEnd().hasSuffix("released"))
      #expect(server.server.statistics.abortedConnections == 0)
    }
  }

  @Test func shutdownLetsTheExchangeFinishAndSaysClose() async throws {
    let server = try await TestServer.start()
    let connection = try await RawConnection.connect(port: server.port)
    let idle = try await RawConnection.connect(port: server.port)
    try await idle.send(Self.get)
    _ = await idle.read(until: "AAA")
    try await connection.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n")
    await server.handler.accepted.wait()
    while server.handler.held.withLockedValue({ $0.isEmpty }) { await Task.yield() }
    async let stopped: Void = server.server.shutdown(grace: .seconds(60))
    _ = await idle.readToEnd()
    server.handler.release()
    let text = await connection.readTextToEnd()
    #expect(text.contains("connection: close") && text.hasSuffix("released"))
    await stopped
    #expect(server.server.statistics.openConnections == 0)
    #expect(server.server.statistics.openStreams == 0)
  }

  @Test func aSlowReaderOfALongBodyCostsNoMemory() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "curl",
        [
          "-sS", "--limit-rate", "30M", "-o", "/dev/null", "-w", "%{size_download}",
          "\(server.url)/stream/16",
        ])
      #expect(result.output == "16777216")
    }
  }
}
