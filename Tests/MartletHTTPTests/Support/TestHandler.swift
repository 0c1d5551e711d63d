// Decides what the test server does with requests: a few well-known paths, and a hook for the rest.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore

/// Serves `/echo` (the body back, with its trailers), `/fixed` (107 bytes), `/stream/N` (N MiB as fast as
/// they go), `/early` (403 before the body is read), `/hold` (nothing, until told), and notes every end.
final class TestHandler: HTTPHandler {
  let ends = NIOLockedValueBox<[HTTPStreamError?]>([])
  let held = NIOLockedValueBox<[@Sendable () -> Void]>([])
  let accepted = Signal<Void>()
  let firstEnd = Signal<HTTPStreamError?>()
  let unreadEnd = Signal<HTTPStreamError?>()
  let peers = NIOLockedValueBox<[HTTPPeer]>([])
  let heads = NIOLockedValueBox<[MartletHTTP.HTTPRequestHead]>([])

  func accept(
    _ head: MartletHTTP.HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    heads.withLockedValue { $0.append(head) }
    peers.withLockedValue { $0.append(stream.peer) }
    defer { accepted.fire() }
    if head.path.hasPrefix("/stream/") {
      return StreamingExchange(self, stream, mebibytes: Int(head.path.dropFirst(8)) ?? 1)
    }
    switch head.path {
    case "/early":
      stream.respond(HTTPResponseHead(status: 403))
      stream.finish(trailers: nil)
      return TestExchange(self, stream, .ignore)
    case "/hold":
      let exchange = TestExchange(self, stream, .ignore)
      let bound = NIOLoopBound(exchange, eventLoop: stream.eventLoop)
      let loop = stream.eventLoop
      held.withLockedValue { held in held.append { loop.execute { bound.value.answer("released") } }
      }
      return exchange
    case "/reset":
      stream.reset(HTTP2ErrorCode.cancel)
      return TestExchange(self, stream, .ignore)
    case "/unread": return TestExchange(self, stream, .keepUnconsumed)
    case "/trailers": return TestExchange(self, stream, .onlyTrailers)
    case "/fixed": return TestExchange(self, stream, .fixed)
    case "/duplex": return TestExchange(self, stream, .duplex)
    default: return TestExchange(self, stream, .echo)
    }
  }

  func noteEnd(_ error: HTTPStreamError?) {
    ends.withLockedValue { $0.append(error) }
    firstEnd.fire(error)
  }

  /// Answers every request on `/hold`.
  func release() {
    let waiting = held.withLockedValue { held in
      defer { held = [] }
      return held
    }
    for answer in waiting { answer() }
  }
}

/// One exchange of the test server.
final class TestExchange: HTTPStreamDelegate {
  enum Mode { case echo, duplex, fixed, onlyTrailers, keepUnconsumed, ignore }

  private static let fixedBody = ByteBuffer(repeating: UInt8(ascii: "A"), count: 107)
  private static let plain: HTTPFields = ["content-type": "text/plain"]

  private let handler: TestHandler
  private let stream: any HTTPServerStream
  private let mode: Mode
  private var body = ByteBuffer()
  private var hasAnswered = false

  init(_ handler: TestHandler, _ stream: any HTTPServerStream, _ mode: Mode) {
    self.handler = handler
    self.stream = stream
    self.mode = mode
    if mode == .duplex { stream.respond(HTTPResponseHead(status: 200, fields: Self.plain)) }
  }

  func streamReceived(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    switch mode {
    case .echo: body.writeBuffer(&bytes)
    case .duplex: stream.send(bytes.readSlice(length: count) ?? ByteBuffer())
    case .fixed, .onlyTrailers, .ignore: break
    case .keepUnconsumed: return
    }
    stream.consumed(count)
  }

  func streamReceivedEnd(trailers: HTTPFields?) {
    switch mode {
    case .echo:
      stream.respond(HTTPResponseHead(status: 200, fields: Self.plain))
      stream.send(body)
      stream.finish(trailers: trailers)
    case .duplex: stream.finish(trailers: trailers)
    case .fixed:
      stream.respond(HTTPResponseHead(status: 200, fields: Self.plain))
      stream.send(Self.fixedBody)
      stream.finish(trailers: nil)
    case .onlyTrailers:
      stream.respond(HTTPResponseHead(status: 200, fields: Self.plain))
      stream.finish(trailers: ["grpc-status": "12"])
    case .keepUnconsumed, .ignore: break
    }
  }

  func answer(_ text: String) {
    stream.respond(HTTPResponseHead(status: 200, fields: Self.plain))
    stream.send(ByteBuffer(string: text))
    stream.finish(trailers: nil)
  }

  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) {
    handler.noteEnd(error)
    if mode == .keepUnconsumed { handler.unreadEnd.fire(error) }
  }
}

/// Sends a long body no faster than it is taken.
final class StreamingExchange: HTTPStreamDelegate {
  private static let piece = ByteBuffer(repeating: UInt8(ascii: "s"), count: 64 * 1024)

  private let handler: TestHandler
  private let stream: any HTTPServerStream
  private var piecesLeft: Int

  init(_ handler: TestHandler, _ stream: any HTTPServerStream, mebibytes: Int) {
    self.handler = handler
    self.stream = stream
    piecesLeft = mebibytes * 16
    stream.respond(HTTPResponseHead(status: 200))
    sendSome()
  }

  private func sendSome() {
    while piecesLeft > 0, stream.isWritable {
      stream.send(Self.piece)
      piecesLeft -= 1
    }
    if piecesLeft == 0 { stream.finish(trailers: nil) }
  }

  func streamReceived(_ bytes: inout ByteBuffer) { stream.consumed(bytes.readableBytes) }
  func streamReceivedEnd(trailers: HTTPFields?) {}
  func streamBecameWritable() { sendSome() }
  func streamClosed(_ error: HTTPStreamError?) { handler.noteEnd(error) }
}
