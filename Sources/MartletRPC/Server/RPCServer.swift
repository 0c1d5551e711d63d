// Decides what becomes of a request: a plain route, a call over gRPC or Connect, or a refusal in the form
// the caller understands. Nothing is served that no table names.

public import Logging
public import MartletCall
public import MartletHTTP
import MartletWire
import NIOCore

/// Serves the methods of services over gRPC and Connect, and plain routes beside them.
///
/// Give it to `HTTPServer.bind` or to an `InProcessTransport` as the handler.
public final class RPCServer: HTTPHandler {
  /// What a server is made of besides its services.
  public struct Configuration: Sendable {
    /// How large messages may be.
    public var sizes = CallSizes.standard
    /// Which hosts and origins are served.
    public var origins = OriginPolicy.loopback
    /// How many calls may run at once.
    public var limits = CallLimits()
    /// How long calls may take.
    public var deadlines = DeadlinePolicy()
    /// Who may call what.
    public var access = AccessPolicy.open
    /// Counts calls; nil counts none.
    public var metrics: RPCMetrics?
    /// Whether calls belong to traces.
    public var traces = true
    /// Plain paths.
    public var routes = HTTPRoutes()
    /// Interceptors of the program's own, after those above.
    public var interceptors: [any Interceptor] = []
    /// Where calls and faults are logged.
    public var logger: Logger

    /// Serves loopback, unauthenticated, with the standard limits.
    public init(logger: Logger = Logger(label: "martlet.rpc")) { self.logger = logger }
  }

  private let core: ServerCore

  /// The methods served, in the order of their numbers.
  public var methods: [RegisteredMethod] { core.table.methods }

  /// Freezes the tables of a server.
  public init(services: [any RPCService], configuration: Configuration) {
    let table = MethodTable(services)
    let chain = InterceptorChain(
      metrics: configuration.metrics.map { MetricsInterceptor($0, methods: table.methods) },
      logging: LoggingInterceptor(configuration.logger),
      limits: LimitsInterceptor(configuration.limits),
      trace: configuration.traces ? TraceInterceptor() : nil,
      deadline: DeadlineInterceptor(configuration.deadlines),
      others: configuration.access.interceptors(methods: table.methods)
        + configuration.interceptors)
    core = ServerCore(
      table: table, chain: chain, sizes: configuration.sizes,
      origins: configuration.origins, limits: configuration.limits, routes: configuration.routes,
      logger: configuration.logger)
  }

  /// Takes a request; see `HTTPHandler`.
  public func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    let started = NIODeadline.now()
    let fields = RequestFields(head.fields)
    let refusal = Refusal(stream, fields.contentType)
    if let reason = core.origins.refusal(authority: head.authority, origin: fields.origin) {
      return refusal.answer(
        Status(.permissionDenied, reason).with(reason: "ORIGIN_REFUSED"), httpStatus: 403)
    }
    var path = head.path
    let (method, isCallPath) = path.withUTF8 { bytes -> (RegisteredMethod?, Bool) in
      guard MethodPath.isWellFormed(bytes) else { return (nil, false) }
      return (core.table.find(bytes), true)
    }
    guard let method else {
      return refuseUnknown(head, isCallPath: isCallPath, refusal, on: stream)
    }
    guard head.method == "POST" else {
      return refusal.plain(405, "a call is a POST request", fields: ["allow": "POST"])
    }
    switch fields.contentType {
    case .grpc:
      return open(head, fields, method, .grpc, started, refusal) { call, local in
        let call = GRPCServerCall(core, call, on: stream, started: started, local: local)
        call.begin()
        return call
      }
    case .json, .proto:
      if method.descriptor.kind != .unary {
        return refusal.answer(ConnectServerCall.streamingNotSupported(method.descriptor))
      }
      if fields.compression != nil {
        return refusal.answer(
          Status(.unimplemented, "compressed bodies are not supported; send identity"),
          extra: ["accept-encoding": "identity"])
      }
      let encoding: MessageEncoding =
        fields.contentType == .proto
        ? .protobuf
        : .json(
          JSONOptions(
            ignoreUnknownFields: fields.ignoresUnknownFields,
            limits: DecodeLimits(size: core.sizes.received, depth: DecodeLimits.standard.depth)))
      return open(head, fields, method, .connect, started, refusal) { call, local in
        ConnectServerCall(
          core, call, on: stream, encoding: encoding, started: started, local: local)
      }
    case .absent, .grpcOther, .grpcWeb, .connectStream, .other:
      return refusal.plain(
        415, "send application/grpc, application/json or application/proto",
        fields: ["accept-post": "application/grpc, application/json, application/proto"])
    }
  }

  /// Asks the interceptors and makes the call.
  private func open(
    _ head: HTTPRequestHead, _ fields: RequestFields, _ method: RegisteredMethod,
    _ callProtocol: CallProtocol, _ started: NIODeadline, _ refusal: Refusal,
    make: (consuming IncomingCall, LoopLocal) -> any HTTPStreamDelegate
  ) -> any HTTPStreamDelegate {
    let local = LoopLocal.of(refusal.stream.eventLoop)
    var call = IncomingCall(
      head: head, fields: fields, method: method, callProtocol: callProtocol,
      context: CallContext(
        method: method.descriptor, metadata: fields.metadata, peer: refusal.stream.peer),
      timeout: fields.timeout, randomWord: local.random.next())
    do throws(Status) {
      if let fault = fields.fault { throw fault }
      if !local.abandoned.isEmpty,
        local.abandoned[call.context.peer, default: 0] >= core.limits.abandonedPerPeer
      {
        throw Status.resourceExhausted(
          reason: "TOO_MANY_ABANDONED_CALLS", subject: "connection",
          "too many calls of this connection were given up and still run",
          retryAfter: core.limits.retryAfter)
      }
      try core.chain.before(&call)
    } catch {
      return refusal.answer(error)
    }
    return make(call, local)
  }

  /// Answers a request whose path names no method.
  private func refuseUnknown(
    _ head: HTTPRequestHead, isCallPath: Bool, _ refusal: Refusal, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    let path = String(head.path.prefix { $0 != "?" })
    if let respond = core.routes[path] {
      guard head.method == "GET" || head.method == "HEAD" else {
        return refusal.plain(405, "\(path) answers GET", fields: ["allow": "GET, HEAD"])
      }
      return PlainExchange(head, respond, on: stream)
    }
    guard refusal.isCall else { return refusal.plain(404, "nothing is served at this path") }
    guard isCallPath else {
      return refusal.answer(
        Status(.unimplemented, "malformed path: a call goes to /<service>/<Method>"),
        httpStatus: 404)
    }
    let parts = path.dropFirst().split(separator: "/")
    let service = parts.first.map(String.init) ?? ""
    return refusal.answer(
      Status(
        .unimplemented,
        core.table.services.contains(service)
          ? "\(service) has no method \(parts.last ?? "")" : "no service \(service)"),
      httpStatus: 404)
  }
}
