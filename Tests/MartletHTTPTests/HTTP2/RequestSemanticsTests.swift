// Checks what RFC 9110 asks of a server whatever the version, with HTTP/2: expectations, HEAD, dates, hosts.

import Foundation
import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct RequestSemanticsTests {
  private static func post(_ path: String, _ further: (String, String)...) -> [UInt8] {
    RawFrames.headers(
      1,
      [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test")] + further,
      ends: false)
  }

  @Test func whoWaitsForLeaveToSendGetsIt() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + Self.post("/echo", ("expect", "100-continue")))
      // Nothing but the leave comes before the body.
      let leave = await connection.frames { $0.contains { $0.type == 1 } }.first { $0.type == 1 }
      #expect(leave?.stream == 1 && leave?.flags == 4)
      try await connection.send(RawFrames.data(1, Array("hello".utf8), ends: true))
      let answer = await connection.frames { $0.contains { $0.stream == 1 && $0.flags & 1 != 0 } }
      #expect(answer.filter { $0.type == 1 }.count == 1)
      #expect(answer.first { $0.type == 0 }?.payload == Array("hello".utf8))
    }
  }

  @Test func nghttpUnderstandsTheLeave() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "sh",
        ["-c", "exec nghttp -v --expect-continue -d /etc/passwd \(server.url)/echo"])
      #expect(result.status == 0)
      #expect(result.output.contains(":status: 100"), "\(result.output)")
      #expect(result.output.contains(":status: 200"))
      #expect(result.output.contains("root:"))
    }
  }

  @Test func whoHasItsAnswerGetsNoLeave() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + Self.post("/early", ("expect", "100-continue")))
      let frames = await connection.frames { $0.contains { $0.stream == 1 && $0.flags & 1 != 0 } }
      #expect(frames.filter { $0.type == 1 }.count == 1)
    }
  }

  @Test func otherExpectationsFail() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      #expect(await client.request("/fixed", fields: ["expect": "wonders"]).status == 417)
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }

  @Test func headHasTheFieldsAndNoBody() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let head = await client.request("/fixed", method: "HEAD")
      #expect(head.status == 200 && head.error == nil && head.body.readableBytes == 0)
      #expect(head.fields["content-type"] == "text/plain")
      // The stream's place is used again, and with it what it remembers.
      #expect(await client.request("/fixed", method: "GET").body.readableBytes == 107)
    }
  }

  @Test func responsesAreDated() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let before = Date().addingTimeInterval(-2)
      let text = try #require(await client.request("/fixed").fields["date"])
      let reader = DateFormatter()
      reader.locale = Locale(identifier: "en_US_POSIX")
      reader.timeZone = TimeZone(identifier: "GMT")
      reader.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
      let date = try #require(reader.date(from: text), "\(text)")
      #expect(date > before && date < Date().addingTimeInterval(2))
      let old = try await runTool("curl", ["-sSi", "\(server.url)/fixed"])
      #expect(old.output.contains("\r\ndate: "))
    }
  }

  @Test(arguments: ["user@test", "a b", "test/path", "test:port", "a,b:1:2", "[::1", "[]", ":80"])
  func hostsThatNameNothingAreBadRequests(_ authority: String) async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        "GET /fixed HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
      #expect(await connection.readTextToEnd().hasPrefix("HTTP/1.1 400"))
      // A path is no part of the host there.
      if !authority.contains("/") {
        let absolute = try await RawConnection.connect(port: server.port)
        try await absolute.send(
          "GET http://\(authority.replacing(" ", with: "#"))?q HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(await absolute.readTextToEnd().hasPrefix("HTTP/1.1 400"))
      }
      let client = try await RawConnection.connect(port: server.port)
      try await client.send(
        RawFrames.preface + RawFrames.settings
          + RawFrames.headers(
            1,
            [
              (":method", "GET"), (":scheme", "http"), (":path", "/fixed"),
              (":authority", authority),
            ]))
      _ = await client.frames { $0.contains { $0.stream == 1 } }
      client.close()
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }
}
