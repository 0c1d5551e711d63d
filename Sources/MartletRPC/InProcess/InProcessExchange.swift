// Decides how one exchange runs without a connection: two lanes of bytes with windows, delivered in turns
// of the loop so that neither side is ever called from within its own call.

import MartletHTTP
import NIOCore

/// One exchange between a client and a server on the same loop. Touched on that loop only.
final class InProcessExchange {
  /// One direction.
  struct Lane {
    /// What a receiver lets come before it says `consumed`; small, so that tests meet back-pressure.
    static let window = 64 << 10
    var queue: [ByteBuffer] = []
    var queued = 0
    var credit = window
    var isBlocked = false
    var isFinished = false
    var trailers: HTTPFields?
    var endDelivered = false

    /// The next piece that fits the window.
    mutating func take() -> ByteBuffer? {
      guard credit > 0, var first = queue.first else { return nil }
      if first.readableBytes <= credit {
        queue.removeFirst()
      } else {
        guard let part = first.readSlice(length: credit) else { return nil }
        queue[0] = first
        first = part
      }
      credit -= first.readableBytes
      queued -= first.readableBytes
      return first
    }
  }

  let executor: LoopExecutor
  var ended: () -> Void = {}
  fileprivate var toServer = Lane()
  fileprivate var toClient = Lane()
  private var head: HTTPResponseHead?
  private var server: (any HTTPStreamDelegate)?
  private var client: (any HTTPResponseDelegate)?
  private var failure: HTTPStreamError?
  private var isScheduled = false
  private(set) var isOver = false

  init(_ executor: LoopExecutor) { self.executor = executor }

  /// Begins the exchange; the handler sees it at the end of the turn.
  func open(
    _ head: HTTPRequestHead, _ handler: any HTTPHandler, _ client: any HTTPResponseDelegate
  ) -> any HTTPStream {
    self.client = client
    let half = ServerHalf(self)
    start = { [unowned self] in server = handler.accept(head, on: half) }
    schedule()
    return ClientHalf(self)
  }
  private var start: (() -> Void)?

  fileprivate func respond(_ head: HTTPResponseHead) {
    self.head = head
    schedule()
  }

  /// Ends the exchange for both sides.
  func fail(_ error: HTTPStreamError) {
    guard !isOver, failure == nil else { return }
    failure = error
    schedule()
  }

  fileprivate func schedule() {
    guard !isScheduled, !isOver else { return }
    isScheduled = true
    let bound = NIOLoopBound(self, eventLoop: executor.loop)
    executor.loop.execute { bound.value.turn() }
  }

  /// Delivers what may be delivered.
  private func turn() {
    isScheduled = false
    guard !isOver else { return }
    if let start {
      self.start = nil
      start()
    }
    if let failure { return over(failure) }
    while let piece = toServer.take() {
      var piece = piece
      server?.streamReceived(&piece)
    }
    if toServer.isFinished, toServer.queue.isEmpty, !toServer.endDelivered {
      toServer.endDelivered = true
      server?.streamReceivedEnd(trailers: toServer.trailers)
    }
    if let head {
      self.head = nil
      client?.streamReceivedHead(head)
    }
    while let piece = toClient.take() {
      var piece = piece
      client?.streamReceived(&piece)
    }
    if toClient.isFinished, toClient.queue.isEmpty, !toClient.endDelivered {
      toClient.endDelivered = true
      client?.streamReceivedEnd(trailers: toClient.trailers)
    }
    if let failure { return over(failure) }
    if toClient.endDelivered { return over(nil) }
    if toServer.isBlocked, toServer.queued <= Self.highWater {
      toServer.isBlocked = false
      client?.streamBecameWritable()
    }
    if toClient.isBlocked, toClient.queued <= Self.highWater {
      toClient.isBlocked = false
      server?.streamBecameWritable()
    }
  }

  private func over(_ error: HTTPStreamError?) {
    isOver = true
    let (server, client) = (server, client)
    self.server = nil
    self.client = nil
    server?.streamClosed(error)
    client?.streamClosed(error)
    ended()
  }

  fileprivate static let peer = HTTPPeer(address: "in-process")

  /// Bytes that may wait before a sender is told to wait.
  static let highWater = 64 << 10

  fileprivate func send(_ bytes: ByteBuffer, _ lane: WritableKeyPath<InProcessExchange, Lane>) {
    var exchange = self
    guard !isOver, !self[keyPath: lane].isFinished, bytes.readableBytes > 0 else { return }
    exchange[keyPath: lane].queue.append(bytes)
    exchange[keyPath: lane].queued += bytes.readableBytes
    if self[keyPath: lane].queued > Self.highWater { exchange[keyPath: lane].isBlocked = true }
    schedule()
  }

  fileprivate func finish(
    _ trailers: HTTPFields?, _ lane: WritableKeyPath<InProcessExchange, Lane>
  ) {
    var exchange = self
    guard !isOver, !self[keyPath: lane].isFinished else { return }
    exchange[keyPath: lane].isFinished = true
    exchange[keyPath: lane].trailers = trailers
    schedule()
  }

  fileprivate func consumed(_ count: Int, _ lane: WritableKeyPath<InProcessExchange, Lane>) {
    var exchange = self
    exchange[keyPath: lane].credit += count
    schedule()
  }
}

/// What the client sends with.
private final class ClientHalf: HTTPStream {
  private let exchange: InProcessExchange
  init(_ exchange: InProcessExchange) { self.exchange = exchange }
  var eventLoop: any EventLoop { exchange.executor.loop }
  var executor: LoopExecutor { exchange.executor }
  var peer: HTTPPeer { InProcessExchange.peer }
  var isWritable: Bool { exchange.toServer.queued <= InProcessExchange.highWater }
  func send(_ bytes: ByteBuffer) { exchange.send(bytes, \.toServer) }
  func finish(trailers: HTTPFields?) { exchange.finish(trailers, \.toServer) }
  func reset(_ code: UInt32) { exchange.fail(.reset(code)) }
  func consumed(_ count: Int) { exchange.consumed(count, \.toClient) }
}

/// What the server sends with.
private final class ServerHalf: HTTPServerStream {
  private let exchange: InProcessExchange
  init(_ exchange: InProcessExchange) { self.exchange = exchange }
  var eventLoop: any EventLoop { exchange.executor.loop }
  var executor: LoopExecutor { exchange.executor }
  var peer: HTTPPeer { InProcessExchange.peer }
  var isWritable: Bool { exchange.toClient.queued <= InProcessExchange.highWater }
  func respond(_ head: HTTPResponseHead) { exchange.respond(head) }
  func send(_ bytes: ByteBuffer) { exchange.send(bytes, \.toClient) }
  func finish(trailers: HTTPFields?) { exchange.finish(trailers, \.toClient) }
  func reset(_ code: UInt32) { exchange.fail(.reset(code)) }
  func consumed(_ count: Int) { exchange.consumed(count, \.toServer) }
}
