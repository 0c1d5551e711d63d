// Decides that curl, and buf as a client of Connect and gRPC, are understood over HTTP/1.1 and HTTP/2.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct CurlTests {
  /// The contract's Ping, which buf finds by reflection.
  struct System: RPCService {
    let methodHandlers: [MethodHandler] =
      [
        .unary(SystemServiceMethods.ping) { (ping: PingRequest, _) in
          PingResponse(payload: ping.payload)
        }
      ] + ReflectionService(describing: [Described()]).methodHandlers
    struct Described: RPCService {
      let methodHandlers: [MethodHandler] = [
        .unary(SystemServiceMethods.ping) { (_: PingRequest, _) in PingResponse() }
      ]
    }
  }

  @Test(
    .enabled("the peer is not installed", { await Peer.hasCurl() }),
    arguments: ["--http1.1", "--http2-prior-knowledge"])
  func curl(_ version: String) async throws {
    try await withListener { server in
      func curl(_ arguments: String...) async throws -> String {
        try await Peer.runAside("curl", ["-sS", "-m", "20", version] + arguments).output
      }
      let base = "http://\(server.endpoint)"
      let json = ["-H", "content-type: application/json"]
      #expect(
        try await curl(
          "\(base)/test.Echo/Unary", json[0], json[1], "-d", #"{"payload":"aGk="}"#)
          == #"{"payload":"aGk="}"#)
      #expect(
        try await curl(
          "\(base)/test.Echo/Unary", json[0], json[1], "-d", "{", "-o", "/dev/null", "-w",
          "%{http_code} %{content_type}") == "400 application/json")
      // Without a content type curl sends a form, as a web page could.
      #expect(
        try await curl(
          "\(base)/test.Echo/Unary", "-d", "{}", "-o", "/dev/null", "-w", "%{http_code}")
          == "415")
      #expect(
        try await curl(
          "\(base)/test.Echo/Unary", json[0], json[1], "-H", "origin: http://evil.example", "-d",
          "{}", "-o", "/dev/null", "-w", "%{http_code}") == "403")
      // Two calls over one connection; curl 7.88 cannot do that with prior knowledge, nor to nghttpd.
      guard version == "--http1.1" else { return }
      let both = try await curl(
        "\(base)/test.Echo/Unary", "\(base)/test.Echo/Unary", json[0], json[1], "-d",
        #"{"payload":"aGk="}"#)
      #expect(both == #"{"payload":"aGk="}{"payload":"aGk="}"#)
      #expect(server.statistics.acceptedConnections == 5)
    }
  }

  @Test(
    .enabled("the peer is not installed", { await Peer.hasBuf() }), arguments: ["grpc", "connect"])
  func buf(_ wireProtocol: String) async throws {
    try await withListener(System()) { server in
      let result = try await Peer.runAside(
        "buf",
        [
          "curl", "--protocol", wireProtocol, "--http2-prior-knowledge",
          // Reflection streams, which Connect does not yet do here.
          wireProtocol == "grpc" ? "--reflect-protocol=grpc-v1" : "--schema=\(Peer.contract)", "-d",
          #"{"payload":"aGk="}"#,
          "http://\(server.endpoint)/martlet.v1.SystemService/Ping",
        ])
      #expect(result.status == 0, "\(result.output)")
      #expect(
        result.output.contains(#""payload""#) && result.output.contains(#""aGk=""#),
        "\(result.output)")
    }
  }
}
