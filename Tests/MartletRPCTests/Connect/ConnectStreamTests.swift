// Decides how streaming calls look over Connect: envelopes both ways, and a last one of JSON that tells the end.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConnectStreamTests {
  private func json(_ payload: String) -> Frame {
    Frame(0, Array(#"{"payload":"\#(payload)"}"#.utf8))
  }

  @Test func jsonEachWay() async throws {
    let answer = try await request(
      "/test.Echo/Chat", "application/connect+json", json("AQ==").bytes + json("Ag==").bytes)
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "application/connect+json")
    #expect(answer.frames == [json("AQ=="), json("Ag=="), Frame(2, Array("{}".utf8))])
  }

  @Test func protoFromServerAndFromClient() async throws {
    let expanded = try await request(
      "/test.Echo/Expand", "application/connect+proto", Frame(ping: [5, 6]).bytes, version: .http1)
    #expect(expanded.fields["content-type"] == "application/connect+proto")
    #expect(try expanded.frames.dropLast().map { try $0.payload } == [[5], [6]])
    let collected = try await request(
      "/test.Echo/Collect", "application/connect+proto",
      Frame(ping: [5]).bytes + Frame(ping: [6]).bytes, version: .http1)
    #expect(try collected.frames[0].payload == [5, 6])
    #expect(collected.frames[1] == Frame(2, Array("{}".utf8)))
  }

  @Test func errorsAndTrailersEndTheStream() async throws {
    var service = TestService()
    service.expand = { _, writer, context in
      context.response.trailers = ["x-tail": "t", "x-data-bin": "AQ"]
      try await writer.write(Pong(payload: [1]))
      throw Status(.resourceExhausted, "enough")
    }
    let answer = try await request(
      "/test.Echo/Expand", "application/connect+json", Frame(0, Array("{}".utf8)).bytes,
      service: service)
    #expect(answer.status == 200)
    #expect(answer.frames.map(\.flag) == [0, 2])
    let end = String(decoding: answer.frames[1].body, as: UTF8.self)
    #expect(end.hasPrefix(#"{"error":{"code":"resource_exhausted","message":"enough"}"#))
    #expect(end.contains(#""metadata":{"x-tail":["t"]"#))
  }

  @Test func refusalsEndTheStreamToo() async throws {
    let answer = try await request(
      "/test.Echo/Expand", "application/connect+json", Frame(0, Array("{}".utf8)).bytes,
      fields: ["connect-timeout-ms": "soon"])
    #expect(answer.status == 200)
    #expect(answer.frames.map(\.flag) == [2])
    #expect(
      String(decoding: answer.frames[0].body, as: UTF8.self).contains("invalid_argument"))
    let version = try await request(
      "/test.Echo/Expand", "application/connect+json", fields: ["connect-protocol-version": "2"])
    #expect(String(decoding: version.frames[0].body, as: UTF8.self).contains("must be 1"))
    #expect(
      try await request("/test.Echo/Unary", "application/connect+json", json("").bytes).status
        == 415)
  }

  @Test func malformedEnvelopes() async throws {
    for (body, code) in [
      (Frame(2, []).bytes, "internal"), ([0, 0, 0] as [UInt8], "internal"),
      (Frame(0, Array("[]".utf8)).bytes, "invalid_argument"), ([], "unimplemented"),
      (Frame(1, [1, 2]).bytes, "internal"),
    ] {
      let answer = try await request("/test.Echo/Expand", "application/connect+json", body)
      #expect(answer.frames.last?.flag == 2)
      let end = String(decoding: answer.frames.last?.body ?? [], as: UTF8.self)
      #expect(end.contains(#""\#(code)""#), "\(body): \(end)")
    }
  }
}
