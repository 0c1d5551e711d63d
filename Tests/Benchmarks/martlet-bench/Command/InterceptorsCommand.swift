// Decides how the cost of each interceptor is measured: the same call through each of them, a million times, on one
// thread, less the loop itself.

import ArgumentParser
import Logging
import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC

struct InterceptorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interceptors", abstract: "What each interceptor costs a call.")

  @Option(help: "Calls through each.")
  var calls = 1_000_000

  /// Lets every call pass and does nothing.
  private struct Nothing: Interceptor {}

  func run() async throws {
    let server = RPCServer(
      services: [HealthService(HealthState())], configuration: RPCServer.Configuration())
    guard let method = server.methods.first else { return }
    var quiet = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .info
    let head = HTTPRequestHead(
      method: "POST", authority: "127.0.0.1:4200", path: method.descriptor.path,
      fields: ["content-type": "application/grpc", "te": "trailers"])
    let fields = RequestFields(head.fields)
    let peer = HTTPPeer(address: "127.0.0.1:50000")

    func cost(_ interceptor: some Interceptor) throws -> Double {
      let start = ContinuousClock.now
      for word in 0..<UInt64(calls) {
        var call = IncomingCall(
          head: head, fields: fields, method: method, callProtocol: .grpc,
          context: CallContext(method: method.descriptor, peer: peer.address), peer: peer,
          timeout: nil, randomWord: word)
        try interceptor.before(&call)
        interceptor.after(FinishedCall(call, nanoseconds: 1000))
        interceptor.released()
      }
      return (ContinuousClock.now - start) / .nanoseconds(1) / Double(calls)
    }
    let loop = try min(cost(Nothing()), cost(Nothing()))
    let metrics = RPCMetrics()
    let all: [(String, any Interceptor)] = [
      ("metrics", MetricsInterceptor(metrics, methods: server.methods)),
      ("logging", LoggingInterceptor(quiet)), ("limits", LimitsInterceptor(CallLimits())),
      ("trace", TraceInterceptor()), ("deadline", DeadlineInterceptor(DeadlinePolicy())),
    ]
    for (name, interceptor) in all {
      figure("interceptor_\(name)", max(0, try cost(interceptor) - loop), "ns")
    }
    let policy = OriginPolicy.loopback
    let start = ContinuousClock.now
    var refused = 0
    for _ in 0..<calls where policy.refusal(authority: head.authority, origin: nil) != nil {
      refused += 1
    }
    guard refused == 0 else { return }
    let each = (ContinuousClock.now - start) / .nanoseconds(1) / Double(calls)
    figure("interceptor_origin", each, "ns")
  }
}
