// Decides what becomes of a request: a plain route, a call over gRPC, gRPC-Web or Connect, or a refusal in the
// form the caller understands. Nothing is served that no table names.

public import Logging
public import MartletCall
public import MartletHTTP
import MartletWire
import NIOCore

/// Serves the methods of services over gRPC, gRPC-Web and Connect, and plain routes beside them.
///
/// Give it to `HTTPServer.bind` or to an `InProcessTransport` as the handler.
public final class RPCServer: HTTPHandler {
  /// What a server is made of besides its services.
  public struct Configuration: Sendable {
    /// How large messages may be.
    public var sizes = CallSizes.standard
    /// When responses are compressed.
    public var compression = CompressionPolicy()
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
      compression: configuration.compression, origins: configuration.origins,
      limits: configuration.limits, bodyTimeout: configuration.deadlines.bodyTimeout,
      routes: configuration.routes, logger: configuration.logger)
  }

  /// Takes a request; see `HTTPHandler`.
  public func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    let started = NIODeadline.now()
    let fields = RequestFields(head.fields)
    var refusal = Refusal(stream, fields.contentType)
    if let reason = core.origins.refusal(authority: head.authority, origin: fields.origin) {
      return refusal.answer(
        Status(.permissionDenied, reason).with(reason: "ORIGIN_REFUSED"), httpStatus: 403)
    }
    if let origin = fields.origin {
      refusal.originFields = core.origins.responseFields(origin: origin)
      if head.method == "OPTIONS", head.fields["access-control-request-method"] != nil {
        return preflight(head, origin: origin, on: stream)
      }
    }
    var path = head.path
    let (method, isCallPath) = path.withUTF8 { bytes -> (RegisteredMethod?, Bool) in
      guard MethodPath.isWellFormed(bytes) else { return (nil, false) }
      return (core.table.find(bytes), true)
    }
    guard let method else {
      if head.path == "*" { return options(on: stream) }
      if head.method == "GET", let call = query(head, fields, started, refusal) { return call }
      return refuseUnknown(head, isCallPath: isCallPath, refusal, on: stream)
    }
    guard head.method == "POST" else {
      return refusal.plain(405, "a call is a POST request", fields: ["allow": "POST"])
    }
    let isUnary = method.descriptor.kind == .unary
    switch fields.contentType {
    case .grpc: return framed(.grpc, .protobuf, head, fields, method, started, refusal)
    case .grpcWeb: return framed(.grpcWeb, .protobuf, head, fields, method, started, refusal)
    case .connectProto where !isUnary:
      return framed(.connect, .protobuf, head, fields, method, started, refusal)
    case .connectJSON where !isUnary:
      return framed(.connect, json(fields), head, fields, method, started, refusal)
    case .json where isUnary:
      return bare(json(fields), nil, head, fields, method, started, refusal)
    case .proto where isUnary:
      return bare(.protobuf, nil, head, fields, method, started, refusal)
    case .json, .proto, .connectJSON, .connectProto, .absent, .grpcOther, .other:
      let connect =
        isUnary
        ? "application/json, application/proto"
        : "application/connect+json, application/connect+proto"
      let types = "application/grpc, application/grpc-web, \(connect)"
      return refusal.plain(
        415, "\(method.descriptor.path) takes \(types)", fields: ["accept-post": types])
    }
  }

  private func preflight(
    _ head: HTTPRequestHead, origin: String, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    let fields = core.origins.preflightFields(
      origin: origin, asked: head.fields["access-control-request-headers"])
    stream.respond(HTTPResponseHead(status: 204, fields: fields))
    stream.finish(trailers: nil)
    return DiscardedBody(stream)
  }

  /// What is asked of the server as a whole (RFC 9110, 9.3.7): a sign of life.
  private func options(on stream: any HTTPServerStream) -> any HTTPStreamDelegate {
    stream.respond(
      HTTPResponseHead(status: 204, fields: ["allow": "GET, HEAD, POST, OPTIONS"]))
    stream.finish(trailers: nil)
    return DiscardedBody(stream)
  }

  private func json(_ fields: RequestFields) -> MessageEncoding {
    .json(
      JSONOptions(
        ignoreUnknownFields: fields.ignoresUnknownFields,
        limits: DecodeLimits(size: core.sizes.received, depth: DecodeLimits.standard.depth)))
  }

  /// A call whose bodies are length-prefixed messages.
  private func framed(
    _ framed: FramedProtocol, _ encoding: MessageEncoding, _ head: HTTPRequestHead,
    _ fields: RequestFields, _ method: RegisteredMethod, _ started: NIODeadline, _ refusal: Refusal
  ) -> any HTTPStreamDelegate {
    // HTTP/1.1 has no two directions at once (Connect: "bidirectional streaming requires HTTP/2").
    if head.version == .http1, framed == .grpc || method.descriptor.kind == .bidirectional {
      return refusal.plain(505, "\(method.descriptor.path) by this content type needs HTTP/2")
    }
    let callProtocol: CallProtocol =
      switch framed {
      case .grpc: .grpc
      case .grpcWeb: .grpcWeb
      case .connect: .connect
      }
    return open(head, fields, method, callProtocol, started, refusal) { call, local in
      let call = FramedServerCall(
        core, call, framed, on: refusal.stream, encoding: encoding, started: started, local: local)
      call.begin()
      return call
    }
  }

  /// A unary call over Connect; its request is given when it came in the head.
  private func bare(
    _ encoding: MessageEncoding, _ request: EncodedMessage?, _ head: HTTPRequestHead,
    _ fields: RequestFields, _ method: RegisteredMethod, _ started: NIODeadline, _ refusal: Refusal
  ) -> any HTTPStreamDelegate {
    open(head, fields, method, .connect, started, refusal) { call, local in
      let call = ConnectServerCall(
        core, call, on: refusal.stream, encoding: encoding, started: started, local: local)
      if let request { call.begin(query: request) }
      return call
    }
  }

  /// A call that came as a GET request; nil when its path names no method.
  private func query(
    _ head: HTTPRequestHead, _ fields: RequestFields, _ started: NIODeadline, _ refusal: Refusal
  ) -> (any HTTPStreamDelegate)? {
    guard let mark = head.path.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    var path = String(head.path[..<mark])
    let found = path.withUTF8 { MethodPath.isWellFormed($0) ? core.table.find($0) : nil }
    guard let method = found else { return nil }
    guard method.descriptor.kind == .unary, method.descriptor.idempotency == .noSideEffects else {
      return refusal.plain(
        405, "\(method.descriptor.path) is a POST request", fields: ["allow": "POST"])
    }
    var refusal = refusal
    refusal.contentType = .json
    do throws(Status) {
      let query = try ConnectQuery(head.path[mark...].dropFirst())
      return bare(
        query.isJSON ? json(fields) : .protobuf, query.message, head, fields, method, started,
        refusal)
    } catch {
      return refusal.answer(error)
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
        method: method.descriptor, metadata: fields.metadata, peer: refusal.stream.peer.address),
      peer: refusal.stream.peer, timeout: fields.timeout, randomWord: local.random.next())
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
        return refusal.plain(
          405, "\(path) answers GET", fields: ["allow": "GET, HEAD"], after: head)
      }
      return PlainExchange(head, respond, on: stream)
    }
    if let handler = core.routes.tree(of: path) { return handler.accept(head, on: stream) }
    guard refusal.isCall else {
      return refusal.plain(404, "nothing is served at this path", after: head)
    }
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
