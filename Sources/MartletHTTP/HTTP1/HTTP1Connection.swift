// Decides how HTTP/1.1 is served: one exchange at a time on a connection that is kept, the next one read
// only when the last is answered, and the end of the connection announced before it comes.

import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection of a listener, behind NIO's decoder. Confined to its loop.
final class HTTP1Connection: ChannelDuplexHandler, LoopTurnParticipant {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What the connection is doing.
  enum State {
    /// Waiting for a request. Goes to serving, lingering, closed.
    case idle
    /// One exchange is under way. Goes to idle, lingering, closed.
    case serving(HTTP1Exchange)
    /// The last response is out; what still comes is dropped. Goes to closed.
    case lingering
    /// The channel is gone.
    case closed
  }

  private static let lingerTime = TimeAmount.seconds(2)

  let executor: LoopExecutor
  let limits: HTTPLimits
  let peer: HTTPPeer
  private let handler: any HTTPHandler
  private let counters: ServerCounters
  private var counts = ConnectionCounts()
  private var state = State.idle
  private var context: ChannelHandlerContext?
  /// What came behind the request that is being served.
  private var waiting = CircularBuffer<HTTPServerRequestPart>()
  private var output = ByteBuffer()
  private var isDraining = false
  private var isTurnAsked = false
  private var isReadHeld = false
  private var isFlushing = false
  /// The last bytes that came completed nothing: a head may be under way.
  private var isMidHead = false
  private var clock: ConnectionClock
  private var alarm = ConnectionAlarm()

  init(
    handler: any HTTPHandler, counters: ServerCounters, executor: LoopExecutor,
    limits: HTTPLimits, peer: HTTPPeer
  ) {
    self.handler = handler
    self.counters = counters
    self.executor = executor
    self.limits = limits
    self.peer = peer
    // HTTP/1.1 has no PING.
    var silent = limits
    silent.keepaliveInterval = nil
    clock = ConnectionClock(limits: silent, now: .now())
  }

  private var exchange: HTTP1Exchange? {
    if case .serving(let exchange) = state { exchange } else { nil }
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    setAlarm()
  }

  func handlerRemoved(context: ChannelHandlerContext) { tearDown() }

  func channelInactive(context: ChannelHandlerContext) {
    tearDown()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isMidHead = false
    switch state {
    case .idle, .serving:
      waiting.append(unwrapInboundIn(data))
      takeWaiting()
    case .lingering, .closed: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    executor.endTurn()
    updateClock()
    context.fireChannelReadComplete()
  }

  /// Told by the tap before the decoder that bytes came.
  func bytesCame() { isMidHead = true }

  func read(context: ChannelHandlerContext) {
    if holdsReads { isReadHeld = true } else { context.read() }
  }

  /// A request that nobody can answer yet, or a body that nobody takes, stays with the peer.
  private var holdsReads: Bool {
    guard let exchange else { return false }
    return exchange.requestEnded || exchange.unconsumed > limits.streamWindow
  }

  /// Reads again if that was put off and is possible now.
  func mayRead() {
    guard isReadHeld, !holdsReads, let context else { return }
    isReadHeld = false
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { flush() }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ConnectionDrainEvent { drain() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The end of the connection in the middle of a message; channelInactive follows.
    if error as? HTTPParserError == .invalidEOFState { return }
    switch (error, state) {
    case (is ByteToMessageDecoderError, _): break
    case (is HTTPParserError, .idle):
      refuse(error as? HTTPParserError == .headerOverflow ? 431 : 400)
    case (is HTTPParserError, .serving(let exchange)) where exchange.requestEnded:
      // What came behind a good request is not one: answer the good one and end.
      counts.noteAbort(counters)
      isDraining = true
    case (is HTTPParserError, .serving(let exchange)):
      finish(exchange, .protocolViolation("malformed body: \(error)"))
      switch exchange.response {
      case .awaiting, .holding: refuse(400)
      case .writing, .ended:
        counts.noteAbort(counters)
        state = .lingering
        context.close(promise: nil)
      }
    default: context.close(promise: nil)
    }
  }

  // MARK: Requests

  /// Handles what waits, up to the end of the request that is being served.
  private func takeWaiting() {
    while let part = waiting.first {
      switch (state, part) {
      case (.idle, .head(let head)):
        waiting.removeFirst()
        begin(head)
      case (.serving(let exchange), .body(var bytes)) where !exchange.requestEnded:
        waiting.removeFirst()
        exchange.received(&bytes)
      case (.serving(let exchange), .end(let trailers)) where !exchange.requestEnded:
        waiting.removeFirst()
        exchange.receivedEnd(trailers: trailers.map(HTTPFields.init(trailers:)))
      case (.serving, _): return
      case (.idle, _), (.lingering, _), (.closed, _): waiting.removeAll()
      }
    }
  }

  private func begin(_ decoded: NIOHTTP1.HTTPRequestHead) {
    clock.handshakeDone()
    let head: HTTP1RequestHead
    do {
      head = try HTTP1RequestHead(decoded, limits: limits, isSecure: peer.isSecure)
    } catch {
      return refuse(error.status)
    }
    let exchange = HTTP1Exchange(connection: self, framing: head.framing)
    state = .serving(exchange)
    counts.requests += 1
    counts.publish(to: counters, openStreams: 1)
    exchange.phase = .live(handler.accept(head.request, on: exchange))
    if head.framing.expectsContinue, case .awaiting = exchange.response, let context {
      context.writeAndFlush(wrapOutboundOut(Self.proceed), promise: nil)
    }
  }

  private static let proceed = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  /// Answers a request no handler should see, and ends the connection: where its body ends is not known.
  private func refuse(_ status: Int) {
    counts.noteAbort(counters)
    var bytes = ByteBuffer()
    var writer = HTTP1ResponseWriter(
      HTTPResponseHead(status: status), length: 0, hasTrailers: false,
      framing: .init(
        keepsAlive: false, expectsContinue: false, takesChunks: true, isHead: false),
      keepsAlive: false, into: &bytes)
    writer.end(trailers: nil, into: &bytes)
    context?.write(wrapOutboundOut(bytes), promise: nil)
    linger()
  }

  // MARK: Responses

  /// Asks for `flush` at the end of the turn.
  func hasOutput() {
    guard !isTurnAsked else { return }
    isTurnAsked = true
    executor.participate(self)
  }

  func turnEnded() {
    isTurnAsked = false
    flush()
  }

  private func flush() {
    guard !isFlushing, let exchange, let context else { return }
    isFlushing = true
    defer { isFlushing = false }
    if let code = exchange.resetCode {
      state = .lingering
      finish(exchange, .reset(code))
      context.close(promise: nil)
      return
    }
    writeHead(of: exchange)
    while context.channel.isWritable, let piece = exchange.outbound.popFirst(limit: 64 * 1024) {
      guard case .writing(var writer) = exchange.response else { break }
      writer.write(piece, into: &output)
      exchange.response = .writing(writer)
      if output.readableBytes >= 32 * 1024 { writeOutput(context) }
    }
    if case .finished(let trailers) = exchange.bodyEnd, exchange.outbound.count == 0,
      case .writing(var writer) = exchange.response
    {
      writer.end(trailers: trailers, into: &output)
      exchange.response = .ended
      writeOutput(context)
      complete(exchange, keepsAlive: writer.keepsAlive)
    } else {
      writeOutput(context)
      exchange.wakeIfBlocked()
    }
  }

  private func writeHead(of exchange: HTTP1Exchange) {
    guard case .holding(let head) = exchange.response else { return }
    var length: Int?
    var hasTrailers = false
    if case .finished(let trailers) = exchange.bodyEnd {
      length = exchange.outbound.count
      hasTrailers = trailers.map { !$0.isEmpty } ?? false
    }
    // A response ahead of its request's end ends the connection: the rest may never be read.
    exchange.response = .writing(
      HTTP1ResponseWriter(
        head, length: length, hasTrailers: hasTrailers, framing: exchange.framing,
        keepsAlive: exchange.framing.keepsAlive && exchange.requestEnded && !isDraining,
        into: &output))
  }

  private func writeOutput(_ context: ChannelHandlerContext) {
    guard output.readableBytes > 0 else { return }
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    output.clear(minimumCapacity: min(output.capacity, 64 * 1024))
  }

  private func complete(_ exchange: HTTP1Exchange, keepsAlive: Bool) {
    if keepsAlive, exchange.requestEnded {
      state = .idle
      finish(exchange, nil)
      takeWaiting()
      updateClock()
      mayRead()
    } else {
      state = .lingering
      finish(exchange, nil)
      linger()
    }
  }

  private func finish(_ exchange: HTTP1Exchange, _ error: HTTPStreamError?) {
    exchange.close(error)
    counts.publish(to: counters, openStreams: 0)
  }

  // MARK: The end

  private func drain() {
    isDraining = true
    if case .idle = state, !isMidHead { context?.close(promise: nil) }
  }

  /// Says that nothing follows, and drops what still comes for a while, so that the peer is not cut off
  /// before it has read the response (RFC 9112, 9.6).
  private func linger() {
    state = .lingering
    waiting.removeAll()
    guard let context else { return }
    let bound = NIOLoopBound(context, eventLoop: executor.loop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      bound.value.close(mode: .output, promise: nil)
    }
    let deadline = executor.loop.scheduleTask(in: Self.lingerTime) {
      bound.value.close(promise: nil)
    }
    context.channel.closeFuture.whenComplete { _ in deadline.cancel() }
    isReadHeld = false
    context.read()
  }

  private func updateClock() {
    if case .idle = state {
      clock.batchEnded(openStreams: 0, isReadingHead: isMidHead, now: .now())
    } else {
      clock.batchEnded(openStreams: 1, isReadingHead: false, now: .now())
    }
    setAlarm()
  }

  private func setAlarm() {
    guard let next = clock.nextDeadline else { return }
    let bound = NIOLoopBound(self, eventLoop: executor.loop)
    alarm.set(at: next, on: executor.loop) { bound.value.alarmRang() }
  }

  private func alarmRang() {
    alarm.rang()
    guard case .idle = state else { return updateClock() }
    switch clock.check(now: .now()) {
    case .wait, .ping: setAlarm()
    case .close(.header): refuse(408)
    case .close(.handshake):
      counts.noteAbort(counters)
      context?.close(promise: nil)
    case .close(.idle), .close(.silence): context?.close(promise: nil)
    }
  }

  private func tearDown() {
    let before = state
    state = .closed
    alarm.cancel()
    waiting.removeAll()
    if case .serving(let exchange) = before {
      finish(exchange, .connectionClosed(processed: true))
    }
    context = nil
  }
}
