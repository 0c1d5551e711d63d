// Decides the life of one call on the server, whatever its protocol: its handler's task, its deadline, its
// one answer, and who is told. Subclasses decide how requests come in and how answers look.

import Logging
import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// One call in progress.
///
/// `@unchecked Sendable`: every stored variable is touched on the loop of `stream` only. The transport
/// calls there; the handler's task prefers `stream.executor`, which is that loop; the wheel is the loop's;
/// and what comes from elsewhere (cancellation, a handler that left the loop) hops before it touches.
class ServerCall: DeadlineEntry, HTTPStreamDelegate, @unchecked Sendable {
  /// What may still happen. Receiving → running → answered, or straight to answered; never back.
  enum Phase { case receiving, running, answered }

  final let server: ServerCore
  final let method: RegisteredMethod
  final let stream: any HTTPServerStream
  final let callProtocol: CallProtocol
  final let encoding: MessageEncoding
  /// The page a browser sent the request from.
  final let origin: String?
  final private(set) var phase = Phase.receiving
  final private(set) var isClosed = false
  final private(set) var context: CallContext
  private let started: NIODeadline
  private let local: LoopLocal
  private var task: Task<Void, Never>?
  private var handlerStarted = false
  private var handlerReturned = false
  private var wasAbandoned = false
  private var unresolved: IncomingCall?
  private var dropped = 0
  private var holdsUnfolded = false
  /// When the call must be over.
  private var callBy: NIODeadline?
  /// Whether the wheel waits for the end of the request, and not for that of the call.
  private var awaitsRequest = false
  /// Bytes of an unfinished message that are counted for the connection.
  private var held = 0

  init(
    _ server: ServerCore, _ call: consuming IncomingCall, on stream: any HTTPServerStream,
    encoding: MessageEncoding, started: NIODeadline, local: LoopLocal
  ) {
    self.server = server
    self.method = call.method
    self.stream = stream
    self.callProtocol = call.callProtocol
    self.encoding = encoding
    self.origin = call.fields.origin
    self.context = call.context
    self.started = started
    self.local = local
    super.init()
    if let timeout = call.timeout {
      context.deadline = .now + timeout
      callBy = started + TimeAmount(timeout)
    }
    setDeadline()
    if server.chain.suspends { unresolved = consume call }
  }

  private func setDeadline() {
    var by = callBy
    if let limit = server.bodyTimeout, takesOneRequest {
      let requestBy = started + TimeAmount(limit)
      if callBy.map({ requestBy < $0 }) ?? true {
        awaitsRequest = true
        by = requestBy
      }
    }
    if let by { local.wheel.insert(self, by) }
  }

  private var takesOneRequest: Bool {
    switch method.descriptor.kind {
    case .unary, .serverStreaming: true
    case .clientStreaming, .bidirectional: false
    }
  }

  // MARK: What subclasses decide

  /// Sends the one response of a call and its OK.
  ///
  /// - Returns: false, and nothing is sent, when the message had better be encoded off the loop.
  func sendResponse(_ message: any Message) throws(Status) -> Bool { true }
  /// Encodes the one response off the loop and sends it with its OK.
  func sendLargeResponse(_ message: any Message) async throws {}
  /// Sends the OK of a call whose responses were streamed.
  func sendOK() {}
  /// Sends a status in place of, or after, responses.
  func sendFailure(_ status: Status) {}
  /// Wakes whatever of the handler waits for the peer; the call is over.
  func wakeWaiters() {}
  /// Takes a piece of the body of a call that is not answered.
  func received(_ bytes: inout ByteBuffer) {}
  /// Takes the end of the body of a call that is not answered.
  func receivedEnd() {}

  // MARK: The handler

  /// What the task of a call does.
  enum Work: Sendable {
    /// A unary call, its request decoded.
    case unary(MethodHandler.UnaryCall)
    /// A unary call whose request is large or compressed.
    case largeUnary(MethodHandler.Binding<MethodHandler.UnaryCall>, EncodedMessage)
    /// A call with one request and many responses.
    case serverStreaming(MethodHandler.ServerStreamingCall, any ResponseSink)
    /// The same, its request large.
    case largeServerStreaming(
      MethodHandler.Binding<MethodHandler.ServerStreamingCall>, EncodedMessage, any ResponseSink)
    /// A call that reads its requests itself and returns one response.
    case clientStreaming(
      @Sendable (any RequestSource, CallContext) async throws -> any Message, any RequestSource)
    /// A call that reads and writes.
    case bidirectional(
      @Sendable (any RequestSource, any ResponseSink, CallContext) async throws -> Void,
      any RequestSource & ResponseSink)
  }

  final var decodeLimits: DecodeLimits {
    DecodeLimits(size: server.sizes.received, depth: DecodeLimits.standard.depth)
  }

  /// Decodes the one request of a unary call and runs its handler.
  final func startUnary(
    _ bind: @escaping MethodHandler.Binding<MethodHandler.UnaryCall>, _ request: EncodedMessage
  ) {
    if request.isLarge(server.sizes) { return start(.largeUnary(bind, request)) }
    do {
      start(
        .unary(try request.bytes.withUnsafeReadableBytes { try bind($0, encoding, decodeLimits) }))
    } catch {
      fail(error)
    }
  }

  /// Decodes the one request of a server-streaming call and runs its handler.
  final func startServerStreaming(
    _ bind: @escaping MethodHandler.Binding<MethodHandler.ServerStreamingCall>,
    _ request: EncodedMessage, to sink: any ResponseSink
  ) {
    if request.isLarge(server.sizes) {
      return start(.largeServerStreaming(bind, request, sink))
    }
    do {
      let bound = try request.bytes.withUnsafeReadableBytes {
        try bind($0, encoding, decodeLimits)
      }
      start(.serverStreaming(bound, sink))
    } catch {
      fail(error)
    }
  }

  /// Runs a handler in a task on this loop, without a hop: at once, unless the loop has begun much already.
  final func start(_ work: Work) {
    phase = .running
    requestCame()
    guard stream.executor.isReadingLong else { return run(work) }
    stream.executor.beginLater { [self] in
      if phase == .running { run(work) }
    }
  }

  /// The request is whole, or the handler reads it itself: from here on only the call's own deadline counts.
  private func requestCame() {
    holds(0)
    guard awaitsRequest else { return }
    awaitsRequest = false
    local.wheel.remove(self)
    if let callBy { local.wheel.insert(self, callBy) }
  }

  private func run(_ work: Work) {
    handlerStarted = true
    let started = Task.immediate(executorPreference: stream.executor) { [self] in
      do {
        if unresolved != nil { try await resolve() }
        switch work {
        case .unary(let run):
          let response = try await run(context)
          if phase != .answered, try !sendResponse(response) {
            try await sendLargeResponse(response)
          }
        default: try await perform(work)
        }
        succeed()
      } catch {
        fail(error)
      }
      handlerReturned = true
      task = nil
      if wasAbandoned { local.reclaim(context.peer) }
      server.chain.released()
    }
    if !handlerReturned {
      task = started
      if phase == .answered { started.cancel() }
    }
  }

  /// The kinds of work that are not the shortest road.
  private func perform(_ work: Work) async throws {
    switch work {
    case .unary(let run): try await respond(run(context))
    case .largeUnary(let bind, let request):
      let run = try await unfolding(request) { [self] in try decode(request, bind) }
      try await respond(run(context))
    case .serverStreaming(let run, let sink): try await run(sink, context)
    case .largeServerStreaming(let bind, let request, let sink):
      let run = try await unfolding(request) { [self] in try decode(request, bind) }
      try await run(sink, context)
    case .clientStreaming(let run, let source): try await respond(run(source, context))
    case .bidirectional(let run, let messages): try await run(messages, messages, context)
    }
  }

  /// Unfolds and decodes a request; touches nothing that changes, so from any thread.
  private func decode<Call>(
    _ request: EncodedMessage, _ bind: MethodHandler.Binding<Call>
  ) throws -> (Call, size: Int) {
    context.response.lastMessageWasCompressed = request.compression != nil
    return try request.withBytes(limit: decodeLimits.size) {
      (try bind($0, encoding, decodeLimits), $0.count)
    }
  }

  /// Decodes a message off the loop; when it is compressed and large, one of the connection's few places for such is
  /// kept until `foldUp`.
  final func unfolding<T: Sendable>(
    _ message: EncodedMessage, _ decode: @Sendable () throws -> (T, size: Int)
  ) async throws -> T {
    guard message.compression != nil else { return try await offLoop(decode).0 }
    await local.unfolding.enter(stream.peer)
    holdsUnfolded = true
    do {
      if phase == .answered { throw CancellationError() }
      let (value, size) = try await offLoop(decode)
      if isClosed || size <= server.sizes.offLoop { foldUp() }
      return value
    } catch {
      foldUp()
      throw error
    }
  }

  /// Gives the place for an unfolded message back.
  final func foldUp() {
    guard holdsUnfolded else { return }
    holdsUnfolded = false
    local.unfolding.leave(stream.peer)
  }

  private func respond(_ response: any Message) async throws {
    if phase != .answered, try !sendResponse(response) { try await sendLargeResponse(response) }
  }

  private func resolve() async throws {
    guard var call = unresolved.take() else { return }
    call.context = context
    try await server.chain.resolve(&call)
    context.principal = call.context.principal
    context.metadata = call.context.metadata
  }

  // MARK: The one answer

  /// Ends the call well, once; the answer was sent or is sent by `sendOK`.
  private func succeed() {
    guard phase != .answered else { return }
    sendOK()
    settle(nil, cause: nil)
  }

  /// Ends the call with what an error means to the caller, once.
  final func fail(_ error: any Error) {
    guard phase != .answered else { return }
    let status = Status(thrown: error)
    settle(status, cause: error is Status ? nil : error)
    if !isClosed { sendFailure(status) }
  }

  private func settle(_ status: Status?, cause: (any Error)?) {
    phase = .answered
    local.wheel.remove(self)
    holds(0)
    let nanoseconds = (NIODeadline.now() - started).nanoseconds
    server.chain.after(
      FinishedCall(
        method: method, callProtocol: callProtocol, context: context, status: status, cause: cause,
        nanoseconds: nanoseconds))
    if !handlerStarted { server.chain.released() }
  }

  /// Ends the call from outside its handler, which is cancelled.
  private func abandon(_ status: Status) {
    guard phase != .answered else { return }
    fail(status)
    task?.cancel()
    wakeWaiters()
  }

  override final func deadlinePassed() {
    abandon(
      Status(
        .deadlineExceeded,
        awaitsRequest
          ? "the request did not come to its end within \(server.bodyTimeout ?? .zero)"
          : "deadline exceeded"))
  }

  // MARK: Requests that are not whole

  /// Notes how many bytes wait for the rest of their message.
  ///
  /// - Returns: false when the connection holds too many; the call is then over.
  @discardableResult
  final func holds(_ bytes: Int) -> Bool {
    let counted = bytes > UnfinishedMessages.uncounted ? bytes : 0
    guard counted != held else { return true }
    let bound = max(
      server.limits.unfinishedPerConnection, server.sizes.received + MessageAssembler.prefix)
    guard local.unfinished.hold(counted, before: held, of: stream.peer, bound: bound) else {
      abandon(
        .resourceExhausted(
          reason: "TOO_MANY_UNFINISHED_MESSAGES", subject: "connection",
          "the messages under way on this connection hold more than \(bound) bytes",
          retryAfter: server.limits.retryAfter))
      return false
    }
    held = counted
    return true
  }

  // MARK: The transport

  final func streamReceived(_ bytes: inout ByteBuffer) {
    guard phase != .answered else { return drop(bytes.readableBytes) }
    received(&bytes)
  }

  final func streamReceivedEnd(trailers: HTTPFields?) {
    guard phase != .answered else { return }
    receivedEnd()
  }

  func streamBecameWritable() {}

  final func streamClosed(_ error: HTTPStreamError?) {
    isClosed = true
    foldUp()
    if handlerStarted, !handlerReturned {
      wasAbandoned = true
      local.abandon(context.peer)
    }
    abandon(Status(.cancelled, "the caller has gone"))
  }

  /// Lets a body that nobody reads pass, up to a bound.
  private func drop(_ count: Int) {
    dropped += count
    if dropped > 1 << 20 { stream.reset(0) } else { stream.consumed(count) }
  }
}
