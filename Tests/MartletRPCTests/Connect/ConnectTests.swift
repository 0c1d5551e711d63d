// Decides how the server answers over Connect and over plain HTTP: success, errors, refusals.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConnectTests {
  struct Answer {
    var status: Int
    var body: String
    var fields: HTTPFields
  }

  func send(
    _ body: String, to path: String = "/test.Echo/Unary", method: String = "POST",
    _ fields: HTTPFields = ["content-type": "application/json"], authority: String = "localhost",
    service: TestService = TestService(),
    configuration: RPCServer.Configuration = quietConfiguration()
  ) async throws -> Answer {
    let response = try await inProcess(service, configuration: configuration).send(
      HTTPRequestHead(method: method, authority: authority, path: path, fields: fields),
      body: Array(body.utf8))
    return Answer(
      status: response.head.status, body: String(decoding: response.body, as: UTF8.self),
      fields: response.head.fields)
  }

  @Test func jsonBothWays() async throws {
    let answer = try await send(#"{"payload":"aGVsbG8="}"#)
    #expect(answer.status == 200)
    #expect(answer.body == #"{"payload":"aGVsbG8="}"#)
    #expect(answer.fields["content-type"] == "application/json")
    #expect(answer.fields["content-length"] == "\(answer.body.utf8.count)")
    #expect(try await send("{}").body == "{}")
  }

  @Test func protoBothWays() async throws {
    let answer = try await send("\n\u{3}abc", ["content-type": "application/proto"])
    #expect(answer.status == 200)
    #expect(answer.body == "\n\u{3}abc")
    #expect(answer.fields["content-type"] == "application/proto")
  }

  @Test func unknownFieldsAreRefusedUnlessAsked() async throws {
    let refused = try await send(#"{"paylod":""}"#)
    #expect(refused.status == 400)
    #expect(refused.body.contains("invalid_argument"))
    #expect(refused.body.contains("UNKNOWN_FIELD"))
    #expect(refused.body.contains("paylod"))
    let passed = try await send(
      #"{"paylod":""}"#,
      ["content-type": "application/json", "martlet-ignore-unknown": "true"])
    #expect(passed.status == 200)
  }

  @Test(arguments: [
    (StatusCode.cancelled, 499, "canceled"), (.unknown, 500, "unknown"),
    (.invalidArgument, 400, "invalid_argument"), (.deadlineExceeded, 504, "deadline_exceeded"),
    (.notFound, 404, "not_found"), (.alreadyExists, 409, "already_exists"),
    (.permissionDenied, 403, "permission_denied"),
    (.resourceExhausted, 429, "resource_exhausted"),
    (.failedPrecondition, 400, "failed_precondition"), (.aborted, 409, "aborted"),
    (.outOfRange, 400, "out_of_range"), (.unimplemented, 501, "unimplemented"),
    (.internal, 500, "internal"), (.unavailable, 503, "unavailable"),
    (.dataLoss, 500, "data_loss"), (.unauthenticated, 401, "unauthenticated"),
  ])
  func errors(_ code: StatusCode, _ httpStatus: Int, _ name: String) async throws {
    var service = TestService()
    service.unary = { _, context in
      context.response.headers.add("x-head", "h")
      context.response.trailers.add("x-tail", "t")
      throw Status(code, "a \"quoted\"\nline")
    }
    let answer = try await send("{}", service: service)
    #expect(answer.status == httpStatus)
    #expect(answer.body == #"{"code":"\#(name)","message":"a \"quoted\"\nline"}"#)
    #expect(answer.fields["content-type"] == "application/json")
    #expect(answer.fields["x-head"] == "h")
    #expect(answer.fields["trailer-x-tail"] == "t")
  }

  @Test func detailsAreReadable() async throws {
    var service = TestService()
    service.unary = { _, _ in
      throw Status.notFound(type: "run", name: "x").with(retryAfter: .milliseconds(1500))
    }
    let answer = try await send("{}", service: service)
    #expect(answer.status == 404)
    #expect(
      answer.body.hasPrefix(
        #"{"code":"not_found","message":"run x does not exist","details":[{"type":"google.rpc.ErrorInfo","value":""#
      ))
    #expect(
      answer.body.contains(#""debug":{"reason":"NOT_FOUND","domain":"martlet.dev"}}"#))
    #expect(answer.body.contains(#""debug":{"resourceType":"run","resourceName":"x"}"#))
    #expect(answer.body.contains(#""debug":{"retryDelay":"1.500000000s"}"#))
  }

  @Test func metadataGoesAsFields() async throws {
    var service = TestService()
    service.unary = { ping, context in
      context.response.headers = context.metadata
      context.response.trailers = context.metadata
      return Pong()
    }
    let answer = try await send(
      "{}",
      [
        "content-type": "application/json", "x-text": "v", "x-data-bin": "AQI=",
        "connect-protocol-version": "1",
      ], service: service)
    #expect(answer.fields["x-text"] == "v")
    #expect(answer.fields["x-data-bin"] == "AQI")
    #expect(answer.fields["trailer-x-text"] == "v")
    #expect(answer.fields["connect-protocol-version"] == nil)
  }

  @Test func timeoutsAreHeeded() async throws {
    let (begun, ended) = (Signal(), Signal())
    try await callUntil(begun) { time in
      let milliseconds = Int(time / .milliseconds(1))
      let answer = try await send(
        "{}",
        [
          "content-type": "application/json",
          "connect-timeout-ms": "\(milliseconds)",
        ], service: CallEndingTests.waiting(begun, ended))
      #expect(answer.status == 504)
    }
    await ended.wait()
  }

  @Test(arguments: [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml",
    "application/grpc-web-text", "application/connect+json", "application/grpc+json",
  ])
  func otherContentTypesAreNeverServed(_ type: String) async throws {
    let ran = Signal()
    var service = TestService()
    service.unary = { _, _ in
      ran.send()
      return Pong()
    }
    let answer = try await send("{}", ["content-type": type], service: service)
    #expect(answer.status == 415)
    #expect(answer.fields["accept-post"]?.contains("application/json") == true)
    #expect(try await send("{}", HTTPFields(), service: service).status == 415)
    #expect(!ran.isSent)
  }

  @Test func streamingMethodsSayWhatToDo() async throws {
    let answer = try await send("{}", to: "/test.Echo/Chat")
    #expect(answer.status == 415)
    #expect(answer.body.contains("application/connect+json"))
    #expect(answer.fields["accept-post"]?.contains("application/grpc-web") == true)
  }

  @Test func emptyBodiesSayWhatToDo() async throws {
    let answer = try await send("")
    #expect(answer.status == 400)
    #expect(answer.body.contains("{}"))
    #expect(try await send("", ["content-type": "application/proto"]).status == 200)
  }

  @Test func largeBodiesAreRefused() async throws {
    let configuration = quietConfiguration { $0.sizes = CallSizes(received: 100) }
    let body = #"{"payload":"\#(String(repeating: "A", count: 200))"}"#
    #expect(try await send(body, configuration: configuration).status == 429)
  }

  @Test func unknownCompressionsAreRefused() async throws {
    let answer = try await send(
      "{}", ["content-type": "application/json", "content-encoding": "br"])
    #expect(answer.status == 501)
    #expect(answer.fields["accept-encoding"] == "gzip")
    let lie = try await send(
      "{}", ["content-type": "application/json", "content-encoding": "gzip"])
    #expect(lie.status == 400)
    #expect(lie.body.contains("not gzip"))
  }

  @Test func pathsAndMethods() async throws {
    #expect(try await send("{}", to: "/test.Echo/Nothing").status == 404)
    #expect(try await send("{}", to: "/test.Nothing/Unary").body.contains("unimplemented"))
    #expect(try await send("{}", to: "/test.Echo/Unary/").status == 404)
    #expect(try await send("{}", to: "/test.Echo/../test.Echo/Unary").status == 404)
    #expect(try await send("", method: "GET").status == 405)
    #expect(try await send("{}", method: "PUT").fields["allow"] == "POST")
    #expect(try await send("", to: "/nothing", method: "GET", HTTPFields()).status == 404)
  }

  @Test func theServerAsAWholeHasOptions() async throws {
    let answer = try await send("", to: "*", method: "OPTIONS", HTTPFields())
    #expect(answer.status == 204)
    #expect(answer.fields["allow"] == "GET, HEAD, POST, OPTIONS")
    #expect(answer.fields["content-length"] == nil)
  }

  @Test func browsersFromElsewhereAreRefused() async throws {
    let ran = Signal()
    var service = TestService()
    service.unary = { _, _ in
      ran.send()
      return Pong()
    }
    var fields: HTTPFields = ["content-type": "application/json"]
    fields.append("origin", "https://evil.example")
    let cross = try await send("{}", fields, service: service)
    #expect(cross.status == 403)
    #expect(cross.body.contains("permission_denied"))
    #expect(cross.fields["access-control-allow-origin"] == nil)
    let rebound = try await send("{}", authority: "evil.example:4200", service: service)
    #expect(rebound.status == 403)
    let preflight = try await send(
      "", method: "OPTIONS", ["origin": "https://evil.example"], service: service)
    #expect(preflight.status == 403)
    #expect(!ran.isSent)
    var own: HTTPFields = ["content-type": "application/json"]
    own.append("origin", "http://localhost")
    #expect(try await send("{}", own, service: service).status == 200)
  }

  @Test func plainRoutes() async throws {
    let configuration = quietConfiguration {
      $0.routes["/healthz"] = { _ in .text("ok\n") }
      $0.routes["/"] = { _ in .text("root") }
    }
    let health = try await send(
      "", to: "/healthz?verbose=1", method: "GET", HTTPFields(), configuration: configuration)
    #expect(health.status == 200)
    #expect(health.body == "ok\n")
    let head = try await send(
      "", to: "/healthz", method: "HEAD", HTTPFields(), configuration: configuration)
    #expect(head.body == "")
    #expect(head.fields["content-length"] == "3")
    #expect(
      try await send("", to: "/", method: "GET", HTTPFields(), configuration: configuration).body
        == "root")
    #expect(
      try await send("{}", to: "/healthz", configuration: configuration).status == 405)
    #expect(
      try await send(
        "", to: "/healthz", method: "GET", HTTPFields(), authority: "evil.example",
        configuration: configuration
      ).status == 403)
  }
}
