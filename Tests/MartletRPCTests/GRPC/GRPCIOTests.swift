// Decides that grpcio, the C++ client under Python, understands the server in all it does.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite struct GRPCIOTests {
  @Test(.enabled("the peer is not installed", { await Peer.hasGRPCIO() }), .timeLimit(.minutes(5)))
  func everyCase() async throws {
    let cancelled = Count()
    let service = Self.service(cancelled)
    try await withListener(service) { server in
      guard case .tcp(_, let port) = server.endpoint else { return }
      let result = try await Peer.runAside("python3", [Peer.file("grpcio_peer.py"), "\(port)"])
      let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t") }
      #expect(result.status == 0, "\(result.output)")
      #expect(lines.count >= 18, "\(result.output)")
      for line in lines where line.count == 2 {
        #expect(line[1] == "ok" || line[1].hasPrefix("skipped"), "\(line[0]): \(line[1])")
      }
    }
    #expect(cancelled.value >= 1, "a deadline or a cancellation reached a handler")
  }

  struct Hidden: Error { let text = "secret" }

  static func service(_ cancelled: Count) -> TestService {
    var service = TestService()
    service.unary = { ping, context in
      // Of a large payload only the beginning: repairing what is no UTF-8 throws, and under test each throw
      // takes a backtrace.
      switch String(decoding: ping.payload.prefix(16), as: UTF8.self) {
      case "echo-metadata":
        context.response.headers = context.metadata
        context.response.trailers = context.metadata
      case "fail":
        throw Status(.failedPrecondition, "50% of ümläuts\nfail")
          .with(reason: "TEST_REASON", metadata: ["k": "v"])
      case "fail at length":
        throw Status.notFound(type: "thing", name: String(repeating: "ü", count: 30_000))
      case "throw": throw Hidden()
      case "wait":
        defer { cancelled.raise() }
        try await waitForCancellation(Signal())
      default: break
      }
      return Pong(payload: ping.payload)
    }
    let expand = service.expand
    service.expand = { ping, writer, context in
      guard ping.payload == Array("flood".utf8) else {
        return try await expand(ping, writer, context)
      }
      let block = [UInt8](repeating: 1, count: 1 << 20)
      for _ in 0..<64 { try await writer.write(Pong(payload: block)) }
    }
    return service
  }
}
