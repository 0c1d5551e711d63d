// Decides what one HTTP/1.1 request and its response remember. Sends only note what is wanted; the
// connection writes it at the end of the turn, when the length of a short body is known.

import NIOCore

/// One exchange of an HTTP/1.1 connection. Confined to its loop.
final class HTTP1Exchange: HTTPServerStream {
  /// Who is told. Goes opening → live → closed.
  enum Phase {
    case opening
    case live(any HTTPStreamDelegate)
    case closed
  }

  /// How far the response has come.
  enum Response {
    /// The handler has not answered.
    case awaiting
    /// The head waits for the end of the turn.
    case holding(HTTPResponseHead)
    /// The head is written.
    case writing(HTTP1ResponseWriter)
    /// Everything is written.
    case ended
  }

  /// Whether the body of the response is complete.
  enum BodyEnd {
    case open
    case finished(trailers: HTTPFields?)
  }

  let connection: HTTP1Connection
  let framing: HTTP1RequestHead.Framing
  var phase = Phase.opening
  var response = Response.awaiting
  var bodyEnd = BodyEnd.open
  var outbound = BodyQueue()
  /// The request is complete.
  private(set) var requestEnded = false
  /// Bytes handed to the delegate and not yet used up.
  private(set) var unconsumed = 0
  private(set) var resetCode: UInt32?
  private var isBlocked = false

  init(connection: HTTP1Connection, framing: HTTP1RequestHead.Framing) {
    self.connection = connection
    self.framing = framing
  }

  var eventLoop: any EventLoop { connection.executor.loop }
  var executor: LoopExecutor { connection.executor }
  var peer: HTTPPeer { connection.peer }
  var isWritable: Bool { outbound.count <= connection.limits.highWaterMark }

  private var isClosed: Bool {
    if case .closed = phase { true } else { false }
  }

  private var takesBody: Bool {
    if case .open = bodyEnd, resetCode == nil, !isClosed { true } else { false }
  }

  // MARK: Sending

  func respond(_ head: HTTPResponseHead) {
    guard case .awaiting = response, takesBody else { return }
    response = .holding(head)
    connection.hasOutput()
  }

  func send(_ bytes: ByteBuffer) {
    guard takesBody, bytes.readableBytes > 0 else { return }
    outbound.append(bytes)
    if !isWritable { isBlocked = true }
    connection.hasOutput()
  }

  func finish(trailers: HTTPFields?) {
    guard takesBody else { return }
    bodyEnd = .finished(trailers: trailers)
    connection.answerQueued()
    connection.hasOutput()
  }

  func reset(_ code: UInt32) {
    guard resetCode == nil, !isClosed else { return }
    resetCode = code
    connection.hasOutput()
  }

  func consumed(_ count: Int) {
    guard count > 0, !isClosed else { return }
    unconsumed = max(0, unconsumed - count)
    connection.mayRead()
  }

  // MARK: What the connection tells

  func received(_ bytes: inout ByteBuffer) {
    guard resetCode == nil, case .live(let delegate) = phase else { return }
    unconsumed += bytes.readableBytes
    delegate.streamReceived(&bytes)
  }

  func receivedEnd(trailers: HTTPFields?) {
    requestEnded = true
    guard resetCode == nil, case .live(let delegate) = phase else { return }
    delegate.streamReceivedEnd(trailers: trailers)
  }

  /// Says that what was queued has gone, if anyone waits for it.
  func wakeIfBlocked() {
    guard isBlocked, outbound.count <= connection.limits.highWaterMark / 2,
      case .live(let delegate) = phase
    else { return }
    isBlocked = false
    delegate.streamBecameWritable()
  }

  /// Tells the delegate that nothing follows, for the only time.
  func close(_ error: HTTPStreamError?) {
    let before = phase
    phase = .closed
    outbound.clear()
    if case .live(let delegate) = before { delegate.streamClosed(error) }
  }
}
