// Decides that the interceptors of a server are called in order, each exactly as often as promised, and
// that those shipped refuse what they must.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import NIOConcurrencyHelpers
import Testing

@Suite(.timeLimit(.minutes(5))) struct InterceptorTests {
  final class Recorder: Interceptor {
    let name: String
    let refuses: Bool
    let log: NIOLockedValueBox<[String]>
    let all: Recorder?

    init(_ name: String, refuses: Bool = false, into all: Recorder? = nil) {
      self.name = name
      self.refuses = refuses
      self.all = all
      log = NIOLockedValueBox([])
    }
    func note(_ text: String) { (all ?? self).log.withLockedValue { $0.append(text) } }
    var entries: [String] { log.withLockedValue { $0 } }

    func before(_ call: inout IncomingCall) throws(Status) {
      note("before \(name)")
      if refuses { throw Status(.aborted, "refused") }
      call.context.metadata.add("seen-by", name)
    }
    func after(_ call: borrowing FinishedCall) { note("after \(name) \(call.code.name)") }
    func released() { note("released \(name)") }
  }

  @Test func orderOfAGoodCall() async throws {
    let log = Recorder("log")
    var service = TestService()
    service.unary = { _, context in
      log.note("handler \(context.metadata.all("seen-by").joined())")
      return Pong()
    }
    let client = inProcessClient(
      service,
      configuration: quietConfiguration {
        $0.interceptors = [Recorder("a", into: log), Recorder("b", into: log)]
      })
    _ = try await client.unary([])
    #expect(
      log.entries == [
        "before a", "before b", "handler ab", "after b OK", "after a OK", "released a",
        "released b",
      ])
  }

  @Test func aRefusalUnwindsThoseBefore() async throws {
    let log = Recorder("log")
    let client = inProcessClient(
      configuration: quietConfiguration {
        $0.interceptors = [
          Recorder("a", into: log), Recorder("b", refuses: true, into: log),
          Recorder("c", into: log),
        ]
      })
    #expect(await status { _ = try await client.unary([]) }?.code == .aborted)
    #expect(log.entries == ["before a", "before b", "after a ABORTED", "released a"])
  }

  @Test func malformedRequestsAreCounted() async throws {
    let log = Recorder("log")
    let transport = inProcess(
      configuration: quietConfiguration { $0.interceptors = [Recorder("a", into: log)] })
    let response = try await transport.send(
      HTTPRequestHead(
        method: "POST", authority: "localhost", path: "/test.Echo/Unary",
        fields: ["content-type": "application/json"]), body: Array("{".utf8))
    #expect(response.head.status == 400)
    #expect(log.entries == ["before a", "after a INVALID_ARGUMENT", "released a"])
  }

  @Test func concurrentCallsAreLimited() async throws {
    let (begun, ended) = (Signal(), Signal())
    let client = inProcessClient(
      CallEndingTests.waiting(begun, ended),
      configuration: quietConfiguration { $0.limits = CallLimits(concurrentCalls: 1) })
    let first = Task { try await client.write([]) }
    await begun.wait()
    let refusal = await status { _ = try await client.write([]) }
    #expect(refusal?.code == .resourceExhausted)
    #expect(refusal?.reason == "TOO_MANY_CALLS")
    #expect(refusal?.retryAfter != nil)
    first.cancel()
    await ended.wait()
    // The place is free again once the cancelled handler has returned.
    let expand = try await client.open(EchoMethods.expand)
    try await expand.requests.write(Ping(payload: [1]))
    try await expand.finishRequests()
    #expect(try await expand.responses.next()?.payload == [1])
  }

  @Test func handlersThatOutliveTheirCallersAreLimited() async throws {
    let (release, begun) = (Signal(), Count())
    var service = TestService()
    service.unary = { _, _ in
      begun.raise()
      await release.wait()  // Does not heed cancellation.
      return Pong()
    }
    let client = inProcessClient(
      service, configuration: quietConfiguration { $0.limits = CallLimits(abandonedPerPeer: 3) })
    var refusal: Status?
    // On a slow machine the first calls are over before their handlers begin: later ones have more time.
    for turn in 0..<16 where refusal == nil {
      refusal = await status {
        _ = try await client.write([], options: CallOptions(timeout: .milliseconds(10 << turn)))
      }
      if refusal?.code == .deadlineExceeded { refusal = nil }
    }
    #expect(refusal?.reason == "TOO_MANY_ABANDONED_CALLS")
    // Calls of tests beside this one count too: the peer of all in this process is one.
    #expect(begun.value >= 1)
    release.send()
  }

  struct Tokens: Authenticator {
    func principal(of credentials: Credentials) async throws(Status) -> Principal {
      await Task.yield()
      guard credentials.authorization == "Bearer good" else {
        throw .unauthenticated("token not known")
      }
      return Principal(name: "ann", namespace: "team")
    }
  }

  @Test func accessIsDeniedByDefault() async throws {
    var service = TestService()
    service.unary = { _, context in Pong(payload: Array(context.principal.name.utf8)) }
    let client = inProcessClient(
      service,
      configuration: quietConfiguration {
        $0.access = .authenticated(
          by: Tokens(),
          rules: ["/test.Echo/Unary": .authenticated, "/test.Echo/Expand": .anyone])
      })
    let good = CallOptions(metadata: ["authorization": "Bearer good"])
    #expect(try await client.unary([], options: good) == Array("ann".utf8))
    #expect(await status { _ = try await client.unary([]) }?.code == .unauthenticated)
    // No rule names this method: refused with any credentials.
    #expect(
      await status { _ = try await client.write([], options: good) }?.code == .permissionDenied)
    let open = try await client.open(EchoMethods.expand)
    try await open.requests.write(Ping(payload: [3]))
    try await open.finishRequests()
    #expect(try await open.responses.next()?.payload == [3])
  }

  @Test func tracesAreContinuedOrBegun() async throws {
    var service = TestService()
    service.unary = { _, context in Pong(payload: Array((context.traceParent ?? "").utf8)) }
    let client = inProcessClient(service)
    let begun = String(decoding: try await client.unary([]), as: UTF8.self)
    #expect(TraceContext(header: begun) != nil)
    let theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let continued = String(
      decoding: try await client.unary(
        [], options: CallOptions(metadata: ["traceparent": theirs])), as: UTF8.self)
    #expect(continued.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
    #expect(continued.hasSuffix("-01"))
    #expect(!continued.contains("b7ad6b7169203331"))
  }

  @Test func metricsCountCalls() async throws {
    let rpc = RPCMetrics()
    let registry = MetricsRegistry(rpc: rpc)
    let client = inProcessClient(configuration: quietConfiguration { $0.metrics = rpc })
    for _ in 0..<3 { _ = try await client.unary([1]) }
    _ = await status { _ = try await client.unary([], options: CallOptions(timeout: .zero)) }
    #expect(rpc.count(of: "/test.Echo/Unary", .ok) == 3)
    let page = registry.page
    #expect(
      page.contains(
        "martlet_rpc_calls_total{service=\"test.Echo\",method=\"Unary\",code=\"OK\"} 3\n"))
    #expect(
      page.contains(
        "martlet_rpc_call_seconds_bucket{service=\"test.Echo\",method=\"Unary\",le=\"+Inf\"} 3\n"))
    #expect(
      page.contains("martlet_rpc_calls_running{service=\"test.Echo\",method=\"Unary\"} 0\n"))
  }
}
