// Decides how bytes of a channel become frames and back: one nghttp2 session as a channel handler, fed at
// every read, drained once at the end of a turn. What frames mean is in the extensions.

import CNGHTTP2
import NIOCore

/// One HTTP/2 connection, either end. Confined to its loop; it never leaves it but in a loop-bound box.
final class HTTP2Connection: ChannelInboundHandler, LoopTurnParticipant {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Which end this is, with what only that end has.
  enum Role {
    case server(HTTP2ServerRole)
    case client(HTTP2ClientRole)
  }

  /// How far the session has come.
  enum Life {
    /// The handler is not in a pipeline yet. Goes to open.
    case new
    /// Frames go both ways. Goes to lingering, closed.
    case open(OpaquePointer, ChannelHandlerContext)
    /// Nothing more is read; what is written still leaves. Goes to closed.
    case lingering(OpaquePointer, ChannelHandlerContext)
    /// The session is gone and every stream has been told.
    case closed
  }

  /// What nghttp2 is doing for this connection: it must not be entered twice.
  private enum Activity { case none, receiving, pumping }

  /// How long a pump goes on beginning rounds.
  private static let pumpTime = TimeAmount.milliseconds(1)

  let role: Role
  let executor: LoopExecutor
  let limits: HTTPLimits
  let peer: HTTPPeer
  private(set) var life = Life.new
  private var activity = Activity.none
  /// True between a read and the end of its batch, which pumps anyway.
  private var isInBatch = false
  private var isTurnAsked = false
  private var mustTearDown = false

  var streams = StreamTable()
  /// The stream of the last callback, to save nghttp2's look-up; the table holds it.
  var recent: Unmanaged<HTTP2Stream>?
  var recentID: Int32 = 0
  /// Streams with something to hand to the codec.
  var pending: [HTTP2Stream] = []
  /// Streams whose delegates wait for `streamBecameWritable`.
  var blocked: [HTTP2Stream] = []
  /// Bytes of all bodies that wait to be sent.
  var queuedBytes = 0
  /// Bytes of all bodies handed to delegates and not used up.
  var unconsumedBytes = 0
  /// Bytes for which the connection's window was not credited, because too many were not used up.
  var withheldCredit = 0
  /// Responses that ended while their request still came; each asks for a RST_STREAM(NO_ERROR).
  var earlyEnds = 0

  let texts = TextCache()
  let section: FieldSection
  var nameValues: [nghttp2_nv] = []
  var chunk = ByteBuffer()
  /// Credit for WINDOW_UPDATE frames: what we send calls for them.
  var windowUpdates = 0
  /// Credit for PING frames: grpc-go sends one with every piece of a body that reaches it, to measure the path.
  var pings = 0
  var scanner = FrameScanner(after: Frame.prefaceSize)
  /// Streams with frames after their end, to be told so once the codec has seen it.
  var overrun: [Int32] = []
  var history = StreamHistory()
  /// The stream whose header section is under way.
  var sectionUnderWay: Int32?

  var now = NIODeadline.now()
  var clock: ConnectionClock
  var controlFrames: TokenBucket
  var streamErrors: TokenBucket
  var resets: TokenBucket
  private var alarm = ConnectionAlarm()
  var drain = Drain.no
  private var output = ByteBuffer()

  init(
    role: Role, executor: LoopExecutor, limits: HTTPLimits, peer: HTTPPeer,
    since start: NIODeadline = .now()
  ) {
    self.role = role
    self.executor = executor
    self.limits = limits
    self.peer = peer
    section = FieldSection(limits: limits)
    clock = ConnectionClock(limits: limits, now: start)
    controlFrames = TokenBucket(
      burst: limits.controlBurst, perSecond: limits.controlsPerSecond, now: now)
    resets = TokenBucket(
      burst: limits.resetBurst, perSecond: limits.resetsPerSecond, now: now)
    streamErrors = TokenBucket(
      burst: limits.streamErrorBurst, perSecond: limits.streamErrorsPerSecond, now: now)
  }

  /// The session, until it is deleted.
  var session: OpaquePointer? {
    switch life {
    case .open(let session, _), .lingering(let session, _): session
    case .new, .closed: nil
    }
  }

  var context: ChannelHandlerContext? {
    switch life {
    case .open(_, let context), .lingering(_, let context): context
    case .new, .closed: nil
    }
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    let user = Unmanaged.passUnretained(self).toOpaque()
    let side: HTTP2Session.Side =
      switch role {
      case .server: .server
      case .client: .client
      }
    guard let session = HTTP2Session.make(side, limits: limits, user: user) else {
      life = .closed
      context.close(promise: nil)
      return
    }
    life = .open(session, context)
    if context.channel.isActive { started() }
  }

  func channelActive(context: ChannelHandlerContext) {
    started()
    context.fireChannelActive()
  }

  private func started() {
    pump()
    setAlarm()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .open(let session, _) = life, activity == .none else { return }
    isInBatch = true
    now = .now()
    executor.beginReading(at: now)
    clock.heard(now: now)
    let bytes = unwrapInboundIn(data)
    activity = .receiving
    let taken = bytes.withUnsafeReadableBytes {
      scan($0)
      return nghttp2_session_mem_recv(
        session, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
    }
    activity = .none
    recent = nil
    if mustTearDown { return tearDown() }
    refuseFrames()
    if taken < 0 {
      // Flooding, a bad preface, or no memory: the session can only say so and end.
      noteAbort()
      nghttp2_session_terminate_session(
        session,
        taken == Frame.badPreface ? HTTP2ErrorCode.protocolError : HTTP2ErrorCode.enhanceYourCalm)
      linger()
    } else if nghttp2_session_want_read(session) == 0 {
      linger()
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    executor.endTurn()
    isInBatch = false
    pump()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { pump() }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    tearDown()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { tearDown() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ConnectionDrainEvent { beginDrain() }
    context.fireUserInboundEventTriggered(event)
  }

  // MARK: Output

  /// Asks for a pump at the end of the turn.
  func askForPump() {
    guard !isInBatch, activity != .pumping, !isTurnAsked else { return }
    isTurnAsked = true
    executor.participate(self)
  }

  func turnEnded() {
    isTurnAsked = false
    if !isInBatch { pump() }
  }

  /// Hands what is pending to the codec and its frames to the channel, as far as the peer takes them.
  func pump() {
    guard activity == .none, let session, let context else { return }
    activity = .pumping
    if !isInBatch { now = .now() }
    // A peer that reads as fast as we write, or byte by byte, must not keep the loop from its other connections.
    let enough = NIODeadline.now() + Self.pumpTime
    var roundsLeft = 16
    repeat {
      handOverPending(session)
      fillOutput(session, context, until: enough)
      if output.readableBytes > 0 { flush(context) }
      wakeBlocked()
      roundsLeft -= NIODeadline.now() < enough ? 1 : roundsLeft
    } while roundsLeft > 0 && session == self.session && context.channel.isWritable
      && (!pending.isEmpty || nghttp2_session_want_write(session) != 0)
    activity = .none
    if mustTearDown { return tearDown() }
    guard self.session != nil else { return }
    releaseCredit(session)
    batchEnded(session)
    if roundsLeft == 0, context.channel.isWritable, !isTurnAsked {
      isTurnAsked = true
      executor.participateLater(self)
    }
  }

  private func fillOutput(
    _ session: OpaquePointer, _ context: ChannelHandlerContext, until enough: NIODeadline
  ) {
    guard context.channel.isWritable else { return }
    var frames = 0
    while output.readableBytes < 64 * 1024 {
      // Frames of a byte each would fill it slowly.
      frames += 1
      if frames & 255 == 0, NIODeadline.now() >= enough { break }
      var frame: UnsafePointer<UInt8>?
      let length = nghttp2_session_mem_send(session, &frame)
      guard length > 0, let frame else { break }
      output.writeBytes(UnsafeRawBufferPointer(start: frame, count: length))
    }
  }

  private func flush(_ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    output.clear(minimumCapacity: min(output.capacity, 64 * 1024))
  }

  private func wakeBlocked() {
    guard !blocked.isEmpty else { return }
    let candidates = blocked
    blocked.removeAll(keepingCapacity: true)
    for stream in candidates {
      guard let delegate = stream.delegate else { continue }
      if stream.outbound.count <= limits.highWaterMark / 2,
        queuedBytes <= limits.connectionHighWaterMark / 2
      {
        stream.isBlocked = false
        delegate.streamBecameWritable()
      } else {
        blocked.append(stream)
      }
    }
  }

  // MARK: Time

  private func batchEnded(_ session: OpaquePointer) {
    publish()
    if case .open = life, nghttp2_session_want_read(session) == 0 { linger() }
    if case .lingering = life, nghttp2_session_want_write(session) == 0 { closeWhenWritten() }
    clock.batchEnded(
      openStreams: streams.count, isReadingHead: sectionUnderWay != nil,
      hasQueued: queuedBytes > 0, now: now)
    setAlarm()
  }

  private func setAlarm() {
    guard case .open = life, let next = clock.nextDeadline else { return }
    let bound = NIOLoopBound(self, eventLoop: executor.loop)
    alarm.set(at: next, on: executor.loop) { bound.value.alarmRang() }
  }

  private func alarmRang() {
    alarm.rang()
    guard case .open(let session, let context) = life else { return }
    now = .now()
    switch clock.check(now: now) {
    case .wait: break
    case .ping:
      nghttp2_submit_ping(session, Frame.none, nil)
      pump()
    case .readers:
      giveUpStalled()
      pump()
    case .close(.idle):
      nghttp2_session_terminate_session(session, HTTP2ErrorCode.noError)
      pump()
    case .close(.silence): context.close(promise: nil)
    case .close(.handshake), .close(.header):
      noteAbort()
      if case .client(let client) = role {
        client.giveUp(.limit("the peer has not answered in \(limits.handshakeTimeout ?? .zero)"))
      }
      nghttp2_session_terminate_session(session, HTTP2ErrorCode.enhanceYourCalm)
      pump()
    }
    setAlarm()
  }

  /// Resets the streams whose whole answer has waited for its reader for too long.
  private func giveUpStalled() {
    guard case .server = role else { return }
    let before = now - TimeAmount(limits.writeTimeout)
    var oldest: NIODeadline?
    for stream in streams.live {
      guard let since = stream.waitsSince else { continue }
      if since <= before {
        noteAbort()
        stream.reset(HTTP2ErrorCode.cancel)
      } else {
        oldest = min(oldest ?? since, since)
      }
    }
    if let oldest { clock.readersWait(since: oldest) }
  }

  // MARK: The end

  /// Stops reading; what is written still leaves, for a while.
  func linger() {
    guard case .open(let session, let context) = life else { return }
    life = .lingering(session, context)
    if case .client(let client) = role {
      client.giveUp(.protocolViolation("what came was no HTTP/2"))
    }
    let bound = NIOLoopBound(context, eventLoop: executor.loop)
    let limit = TimeAmount(limits.keepaliveTimeout)
    let deadline = executor.loop.scheduleTask(in: limit) { bound.value.close(promise: nil) }
    context.channel.closeFuture.whenComplete { _ in deadline.cancel() }
    pumpIfIdle()
  }

  private func pumpIfIdle() {
    if activity == .none, !isInBatch { pump() }
  }

  private func closeWhenWritten() {
    guard let context else { return }
    let bound = NIOLoopBound(context, eventLoop: executor.loop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      bound.value.close(promise: nil)
    }
  }

  /// Says that there will be no connection: what must come before HTTP/2 has failed.
  func neverBegan() {
    guard case .new = life else { return }
    life = .closed
    connectionEnded()
  }

  /// Closes the channel at once.
  func closeNow() { context?.close(promise: nil) }

  private func tearDown() {
    guard activity == .none else {
      mustTearDown = true
      return
    }
    guard let session else {
      life = .closed
      return
    }
    life = .closed
    alarm.cancel()
    cancelDrain()
    recent = nil
    pending = []
    blocked = []
    // nghttp2 does not close streams when a session is deleted.
    nghttp2_session_del(session)
    for stream in streams.live.reversed() {
      retire(stream, .connectionClosed(processed: wasProcessed(stream)))
    }
    streams.dropPool()
    publish()
    connectionEnded()
  }
}
