// Checks what RFC 9113, 8.1.1 calls malformed: refused on its stream, while the connection goes on.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite struct MalformedRequestTests {
  private static let method = (":method", "POST")
  private static let scheme = (":scheme", "http")
  private static let path = (":path", "/fixed")
  private static let authority = (":authority", "test")
  private static let whole = [method, scheme, path, authority]

  static let malformed: [(String, [(String, String)])] = [
    ("no path", [method, scheme, authority]),
    ("empty path", [method, scheme, (":path", ""), authority]),
    ("no method", [scheme, path, authority]),
    ("no scheme", [method, path, authority]),
    ("path twice", whole + [path]),
    ("unknown pseudo field", whole + [(":unknown", "x")]),
    ("a response's pseudo field", whole + [(":status", "200")]),
    ("pseudo field after another", [method, scheme, ("a", "b"), path, authority]),
    ("upper case name", whole + [("X-Upper", "x")]),
    ("connection", whole + [("connection", "close")]),
    ("keep-alive", whole + [("keep-alive", "1")]),
    ("transfer-encoding", whole + [("transfer-encoding", "chunked")]),
    ("upgrade", whole + [("upgrade", "x")]),
    ("proxy-connection", whole + [("proxy-connection", "x")]),
    ("te other than trailers", whole + [("te", "gzip")]),
    ("value with a line break", whole + [("x", "a\r\nb")]),
    ("value with NUL", whole + [("x", "a\0b")]),
    ("name with a space", whole + [("x y", "a")]),
    ("bad content-length", whole + [("content-length", "abc")]),
    ("content-length without a body", whole + [("content-length", "5")]),
    ("relative path", [method, scheme, (":path", "fixed"), authority]),
  ]

  @Test(arguments: malformed) func isRefusedOnItsStream(
    name: String, fields: [(String, String)]
  ) async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings + RawFrames.headers(1, fields)
          + RawFrames.request(3))
      let frames = await connection.frames { $0.contains { $0.stream == 3 && $0.flags & 1 != 0 } }
      let reset = frames.first { $0.stream == 1 }
      #expect(reset?.type == 3 && reset?.errorCode == 1, "\(name): \(frames)")
      // The good request behind it was served, and only that one.
      #expect(server.handler.heads.withLockedValue { $0.map(\.path) } == ["/fixed"])
    }
  }

  @Test func aHostThatDiffersFromTheAuthorityIsABadRequest() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.connect(port: server.port)
      try await connection.send(
        RawFrames.preface + RawFrames.settings
          + RawFrames.headers(1, Self.whole + [("host", "other")]))
      let frames = await connection.frames { $0.contains { $0.stream == 1 && $0.flags & 1 != 0 } }
      #expect(frames.contains { $0.type == 1 && $0.stream == 1 })
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
    }
  }

  @Test(arguments: [200, 20_000]) func tooMuchHeadIsAnsweredWith431(size: Int) async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      var fields: HTTPFields = [:]
      if size == 200 {
        for n in 0..<size { fields.append("x-\(n)", "y") }
      } else {
        fields.append("x", String(repeating: "y", count: size))
      }
      let response = await client.request("/fixed", fields: fields)
      #expect(response.status == 431)
      #expect(await client.request("/fixed").status == 200)
      #expect(server.handler.heads.withLockedValue { $0.count } == 1)
    }
  }

  @Test func trailersThatAreTooLargeEndTheStream() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let response = await client.request(
        "/echo", body: ByteBuffer(string: "x"),
        trailers: ["x": String(repeating: "y", count: 20_000)])
      #expect(response.error == .reset(HTTP2ErrorCode.enhanceYourCalm))
      #expect(await client.request("/fixed").status == 200)
    }
  }
}
