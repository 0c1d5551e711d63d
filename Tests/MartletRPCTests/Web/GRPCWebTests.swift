// Decides how calls look over gRPC-Web: frames as over gRPC, trailers in a last frame, CORS for the origins that
// are allowed.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct GRPCWebTests {
  private let type = "application/grpc-web+proto"

  @Test(arguments: [HTTPRequestHead.Version.http1, .http2])
  func unary(_ version: HTTPRequestHead.Version) async throws {
    let answer = try await request(
      "/test.Echo/Unary", type, Frame(ping: [1, 2]).bytes, version: version)
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == type)
    #expect(answer.trailers == nil)
    #expect(answer.frames.map(\.flag) == [0, 0x80])
    #expect(try answer.frames[0].payload == [1, 2])
    #expect(String(decoding: answer.frames[1].body, as: UTF8.self) == "grpc-status: 0\r\n")
  }

  @Test func serverStreamingWithTrailers() async throws {
    var service = TestService()
    service.expand = { ping, writer, context in
      context.response.headers = ["x-head": "h"]
      context.response.trailers = ["x-tail": "t"]
      for byte in ping.payload { try await writer.write(Pong(payload: [byte])) }
      throw Status(.dataLoss, "a \"b\"\nü")
    }
    let answer = try await request(
      "/test.Echo/Expand", "application/grpc-web", Frame(ping: [7, 8]).bytes, service: service)
    #expect(answer.fields["x-head"] == "h")
    #expect(answer.frames.map(\.flag) == [0, 0, 0x80])
    let trailers = String(decoding: answer.frames[2].body, as: UTF8.self)
    #expect(trailers.contains("grpc-status: 15\r\n"))
    #expect(trailers.contains("grpc-message: a \"b\"%0A%C3%BC\r\n"))
    #expect(trailers.contains("x-tail: t\r\n"))
  }

  @Test func errorsBeforeAnyMessageAreInTheHead() async throws {
    var service = TestService()
    service.unary = { _, _ in throw Status(.notFound, "gone") }
    let answer = try await request(
      "/test.Echo/Unary", type, Frame(ping: []).bytes, service: service)
    #expect(answer.status == 200)
    #expect(answer.fields["grpc-status"] == "5")
    #expect(answer.fields["grpc-message"] == "gone")
    #expect(answer.body.isEmpty)
    let unknown = try await request("/test.Echo/Nothing", type, Frame(ping: []).bytes)
    #expect(unknown.fields["grpc-status"] == "12")
  }

  @Test func bidirectionalNeedsHTTP2() async throws {
    let answer = try await request(
      "/test.Echo/Chat", type, Frame(ping: [1]).bytes, version: .http1)
    #expect(answer.status == 505)
    let two = try await request(
      "/test.Echo/Chat", type, Frame(ping: [1]).bytes + Frame(ping: [2]).bytes)
    #expect(two.frames.count == 3)
    // gRPC itself has trailers, which HTTP/1.1 clients do not read.
    let grpc = try await request(
      "/test.Echo/Unary", "application/grpc", Frame(ping: [1]).bytes, version: .http1)
    #expect(grpc.status == 505)
  }

  @Test func allowedOriginsAreTold() async throws {
    let configuration = quietConfiguration {
      $0.origins = OriginPolicy(allowedOrigins: ["https://ui.example.com"])
    }
    let preflight = try await request(
      "/test.Echo/Unary", nil, method: "OPTIONS",
      fields: [
        "origin": "https://ui.example.com", "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-grpc-web",
      ], configuration: configuration)
    #expect(preflight.status == 204)
    #expect(preflight.fields["access-control-allow-origin"] == "https://ui.example.com")
    #expect(preflight.fields["access-control-allow-methods"] == "POST, GET")
    #expect(preflight.fields["access-control-allow-headers"] == "content-type,x-grpc-web")
    #expect(preflight.fields["vary"] == "origin")
    for (path, type) in [
      ("/test.Echo/Unary", "application/grpc-web"), ("/test.Echo/Nothing", "application/grpc-web"),
      ("/test.Echo/Expand", "application/connect+proto"), ("/test.Echo/Unary", "application/proto"),
      ("/test.Echo/Unary", "text/plain"),
    ] {
      let answer = try await request(
        path, type, Frame(ping: []).bytes, fields: ["origin": "https://ui.example.com"],
        configuration: configuration)
      #expect(
        answer.fields["access-control-allow-origin"] == "https://ui.example.com", "\(path) \(type)")
      #expect(answer.fields["access-control-expose-headers"] == "*")
    }
    let elsewhere = try await request(
      "/test.Echo/Unary", nil, method: "OPTIONS",
      fields: ["origin": "https://evil.example", "access-control-request-method": "POST"],
      configuration: configuration)
    #expect(elsewhere.status == 403)
    #expect(elsewhere.fields["access-control-allow-origin"] == nil)
  }
}
