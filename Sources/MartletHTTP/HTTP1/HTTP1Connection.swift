// Decides how HTTP/1.1 is served: one exchange at a time on a connection that is kept, the next one read
// only when the last is answered, and the end of the connection announced before it comes.

import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection of a listener, behind NIO's decoder. Confined to its loop.
final class HTTP1Connection: ChannelDuplexHandler, RemovableChannelHandler, LoopTurnParticipant {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What the connection is doing.
  enum State {
    /// Waiting for a request. Goes to serving, leaving, lingering, closed.
    case idle
    /// One exchange is under way. Goes to idle, lingering, closed.
    case serving(HTTP1Exchange)
    /// Another protocol takes the connection over. Goes to closed.
    case leaving(HTTP1Departure)
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
  private let upgrades: [HTTPUpgrade]
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
  /// Bytes that came since the last head or piece of a body, and were neither.
  private var overhead = 0
  /// When bytes of the answer were last taken, or the last of them queued.
  private var movedAt = NIODeadline.now()
  private var clock: ConnectionClock
  private var alarm = ConnectionAlarm()

  init(
    handler: any HTTPHandler, upgrades: [HTTPUpgrade], counters: ServerCounters,
    executor: LoopExecutor, limits: HTTPLimits, peer: HTTPPeer, since start: NIODeadline
  ) {
    self.handler = handler
    self.upgrades = upgrades
    self.counters = counters
    self.executor = executor
    self.limits = limits
    self.peer = peer
    // HTTP/1.1 has no PING.
    var silent = limits
    silent.keepaliveInterval = nil
    clock = ConnectionClock(limits: silent, now: start)
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
    case .leaving(let departure):
      // The end of the request: what follows is the other protocol's.
      if case .end = unwrapInboundIn(data) { departure.begin(context) }
    case .lingering, .closed: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    executor.endTurn()
    updateClock()
    context.fireChannelReadComplete()
  }

  /// Told by the tap before the decoder that bytes came.
  ///
  /// - Returns: false when they are to be dropped: too many came that were neither head nor body.
  func bytesCame(_ count: Int) -> Bool {
    isMidHead = true
    // What was read before is judged by now; these bytes may be body yet.
    guard overhead > limits.framingOverhead else {
      overhead += count
      return true
    }
    switch state {
    case .idle: refuse(400)
    case .serving(let exchange) where !exchange.requestEnded:
      abort(exchange, .limit("too much framing around too little body"))
    case .serving, .leaving, .lingering, .closed: return true
    }
    return false
  }

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
    case (_, .leaving(let departure)): departure.giveBack(error)
    case (is ByteToMessageDecoderError, _): break
    case (is HTTPParserError, .idle):
      refuse(error as? HTTPParserError == .headerOverflow ? 431 : 400)
    case (is HTTPParserError, .serving(let exchange)) where exchange.requestEnded:
      // What came behind a good request is not one: answer the good one and end.
      counts.noteAbort(counters)
      isDraining = true
    case (is HTTPParserError, .serving(let exchange)):
      abort(exchange, .protocolViolation("malformed body: \(error)"))
    default: context.close(promise: nil)
    }
  }

  /// Ends an exchange whose request is not one, with an answer if none is under way.
  private func abort(_ exchange: HTTP1Exchange, _ error: HTTPStreamError) {
    finish(exchange, error)
    switch exchange.response {
    case .awaiting, .holding: refuse(400)
    case .writing, .ended:
      counts.noteAbort(counters)
      state = .lingering
      context?.close(promise: nil)
    }
  }

  // MARK: Requests

  /// Handles what waits, up to the end of the request that is being served.
  private func takeWaiting() {
    while let part = waiting.first {
      switch (state, part) {
      case (.idle, .head(let head)):
        waiting.removeFirst()
        overhead = 0
        begin(head)
      case (.serving(let exchange), .body(var bytes)) where !exchange.requestEnded:
        waiting.removeFirst()
        overhead = max(0, overhead - 16 * bytes.readableBytes)
        exchange.received(&bytes)
      case (.serving(let exchange), .end(let trailers)) where !exchange.requestEnded:
        waiting.removeFirst()
        exchange.receivedEnd(trailers: trailers.map(HTTPFields.init(trailers:)))
      case (.serving, _): return
      case (.leaving(let departure), .end):
        waiting.removeFirst()
        if let context { departure.begin(context) }
      case (.idle, _), (.leaving, _), (.lingering, _), (.closed, _): waiting.removeAll()
      }
    }
  }

  private func begin(_ decoded: NIOHTTP1.HTTPRequestHead) {
    clock.handshakeDone()
    clock.exchangeBegan()
    let head: HTTP1RequestHead
    do {
      head = try HTTP1RequestHead(decoded, limits: limits, isSecure: peer.isSecure)
    } catch {
      return refuse(error.status)
    }
    counts.requests += 1
    if leaves(by: head) { return }
    let exchange = HTTP1Exchange(connection: self, framing: head.framing)
    state = .serving(exchange)
    counts.publish(to: counters, openStreams: 1)
    exchange.phase = .live(handler.accept(head.request, on: exchange))
    if head.framing.expectsContinue, case .awaiting = exchange.response, let context {
      context.writeAndFlush(wrapOutboundOut(Self.proceed), promise: nil)
    }
  }

  /// Goes over to another protocol, if the request asks for one and that is agreed to.
  private func leaves(by head: HTTP1RequestHead) -> Bool {
    guard !isDraining, !head.framing.upgrades.isEmpty, let context,
      let upgrade = upgrades.first(where: { head.framing.upgrades.contains($0.name) }),
      case .accept(var fields, let install) = upgrade.judge(head.request)
    else { return false }
    fields.append("upgrade", upgrade.name)
    fields.append("connection", "upgrade")
    var bytes = ByteBuffer(string: "HTTP/1.1 101 Switching Protocols\r\n")
    fields.forEachField { name, value in
      bytes.writeBytes(name)
      bytes.writeString(": ")
      bytes.writeBytes(value)
      bytes.writeString("\r\n")
    }
    bytes.writeString("\r\n")
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    counts.publish(to: counters, openStreams: 0)
    alarm.cancel()
    state = .leaving(HTTP1Departure(peer, install: install))
    return true
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
      keepsAlive: false, date: executor.date.now, into: &bytes)
    writer.end(trailers: nil, into: &bytes)
    context?.write(wrapOutboundOut(bytes), promise: nil)
    linger()
  }

  // MARK: Responses

  /// The whole answer is queued; from here on it waits for its reader.
  func answerQueued() { movedAt = .now() }

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
      movedAt = .now()
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
      if exchange.outbound.count > 0 { updateClock() }
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
        date: executor.date.now, into: &output))
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
    if case .leaving = state { return }
    let exchange = exchange
    clock.batchEnded(
      openStreams: exchange == nil ? 0 : 1, isReadingHead: exchange == nil && isMidHead,
      hasQueued: (exchange?.outbound.count ?? 0) > 0, now: .now())
    setAlarm()
  }

  private func setAlarm() {
    guard let next = clock.nextDeadline else { return }
    let bound = NIOLoopBound(self, eventLoop: executor.loop)
    alarm.set(at: next, on: executor.loop) { bound.value.alarmRang() }
  }

  private func alarmRang() {
    alarm.rang()
    let now = NIODeadline.now()
    let verdict = clock.check(now: now)
    if case .serving(let exchange) = state {
      if verdict == .readers, case .finished = exchange.bodyEnd {
        if movedAt <= now - TimeAmount(limits.writeTimeout) {
          counts.noteAbort(counters)
          context?.close(promise: nil)
          return
        }
        clock.readersWait(since: movedAt)
      }
      return updateClock()
    }
    guard case .idle = state else { return }
    switch verdict {
    case .wait, .ping, .readers: setAlarm()
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
