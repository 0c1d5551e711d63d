// Decides what one HTTP/2 stream remembers: where its two halves stand, who receives it, what waits to be
// sent. Sends only note what is wanted; the connection hands it to the codec at the end of the turn.

import NIOCore

/// One stream of an HTTP/2 connection, on the server or the client. Confined to its loop.
final class HTTP2Stream: HTTPServerStream {
  /// Who is told.
  enum Phase {
    /// A server waits for the end of the request's head. Goes to live, refusing, closed.
    case opening
    /// A client waits for the head of the response. Goes to live, closed.
    case expecting(any HTTPResponseDelegate)
    /// The delegate receives the exchange. Goes to closed.
    case live(any HTTPStreamDelegate)
    /// The connection itself answers (431, 400, 501); what arrives is dropped. Goes to
    /// closed.
    case refusing
    /// Nothing happens any more.
    case closed
  }

  /// What the peer has sent.
  enum RemoteHalf { case head, body, ended }

  /// What this side has handed to the codec.
  enum LocalHalf {
    /// A server has not answered. Goes to holding.
    case awaitingHead
    /// The head waits for the end of the turn. Goes to flowing, parked or ended.
    case holding(OutgoingHead)
    /// The codec pulls from the queue. Goes to parked or ended.
    case flowing
    /// The codec found the queue empty and waits to be resumed. Goes to flowing.
    case parked
    /// END_STREAM is in the codec's hands.
    case ended
  }

  /// Whether the body of this side is complete.
  enum BodyEnd {
    case open
    case finished(trailers: HTTPFields?)
  }

  let connection: HTTP2Connection
  /// The identifier; 0 while a client's request waits for the end of the turn.
  var id: Int32 = 0
  /// Its place in the connection's table.
  var slot = 0
  var phase = Phase.opening
  var remote = RemoteHalf.head
  var local = LocalHalf.awaitingHead
  var bodyEnd = BodyEnd.open
  var outbound = BodyQueue()
  /// Bytes handed to the delegate and not used up.
  var unconsumed = 0
  /// Why the stream ends, once that is known better than by its error code.
  var failure: HTTPStreamError?
  /// The code with which this side ends the stream, until it is handed to the codec.
  var resetCode: UInt32?
  /// When bytes of its body were last queued or taken.
  var movedAt = NIODeadline.uptimeNanoseconds(0)
  /// True while it is on the connection's list of streams with something to hand over.
  var isPending = false
  /// True while the delegate waits for `streamBecameWritable`.
  var isBlocked = false
  /// True when a server's response is complete before its request.
  var endsEarly = false
  /// True once the HEADERS frame of a client's request was put on the wire.
  var wasSent = false
  /// True when a server's response is to have no body: HEAD.
  var isHead = false

  init(connection: HTTP2Connection) { self.connection = connection }

  /// Makes ready for another exchange.
  func recycle() {
    id = 0
    phase = .opening
    remote = .head
    local = .awaitingHead
    bodyEnd = .open
    outbound.clear()
    unconsumed = 0
    failure = nil
    resetCode = nil
    isPending = false
    isBlocked = false
    endsEarly = false
    wasSent = false
    isHead = false
  }

  var eventLoop: any EventLoop { connection.executor.loop }
  var executor: LoopExecutor { connection.executor }
  var peer: HTTPPeer { connection.peer }

  /// Who receives the exchange, if anyone.
  var delegate: (any HTTPStreamDelegate)? {
    switch phase {
    case .expecting(let delegate): delegate
    case .live(let delegate): delegate
    case .opening, .refusing, .closed: nil
    }
  }

  var isClosed: Bool {
    if case .closed = phase { true } else { false }
  }

  /// True when the local half still takes bytes.
  private var takesBody: Bool {
    if case .open = bodyEnd, resetCode == nil, !isClosed { true } else { false }
  }

  /// When something was last taken of an answer that is queued as a whole; nil of any other.
  var waitsSince: NIODeadline? {
    guard case .finished = bodyEnd, outbound.count > 0, resetCode == nil else { return nil }
    return movedAt
  }

  var isWritable: Bool {
    outbound.count <= connection.limits.highWaterMark
      && connection.queuedBytes <= connection.limits.connectionHighWaterMark
  }

  func respond(_ head: HTTPResponseHead) {
    guard case .awaitingHead = local, takesBody else { return }
    local = .holding(.response(head))
    connection.hasPending(self)
  }

  func send(_ bytes: ByteBuffer) {
    guard takesBody, !isHead, bytes.readableBytes > 0 else { return }
    outbound.append(bytes)
    connection.queuedBytes += bytes.readableBytes
    if !isWritable, !isBlocked {
      isBlocked = true
      connection.blocked.append(self)
    }
    connection.hasPending(self)
  }

  func finish(trailers: HTTPFields?) {
    guard takesBody else { return }
    bodyEnd = .finished(trailers: trailers)
    connection.hasPending(self)
  }

  func reset(_ code: UInt32) {
    guard resetCode == nil, !isClosed else { return }
    resetCode = code
    if failure == nil { failure = .reset(code) }
    connection.hasPending(self)
  }

  func consumed(_ count: Int) {
    guard count > 0, !isClosed else { return }
    connection.credit(self, count)
  }
}

/// A head that waits for the end of the turn.
enum OutgoingHead {
  case request(HTTPRequestHead)
  case response(HTTPResponseHead)
}
