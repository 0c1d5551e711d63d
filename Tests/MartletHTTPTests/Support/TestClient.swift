// Decides how a test makes a request with our client and looks at the whole response.

import MartletHTTP
import NIOCore

/// A whole response, or why there is none.
struct TestResponse: Sendable {
  var status = 0
  var fields = HTTPFields()
  var body = ByteBuffer()
  var trailers: HTTPFields?
  var error: HTTPStreamError?

  var text: String { String(buffer: body) }
}

/// Collects a response. Confined to its loop.
final class ResponseCollector: HTTPResponseDelegate {
  private let done: Signal<TestResponse>
  private let head: Signal<Int>
  private var response = TestResponse()
  private var hasEnded = false
  /// Whether bytes are used up as they come.
  var consumes = true
  /// Whether bytes are kept for the response.
  var keeps = true
  var stream: (any HTTPStream)?
  var onWritable: (() -> Void)?

  init(done: Signal<TestResponse>, head: Signal<Int> = Signal()) {
    self.done = done
    self.head = head
  }

  func streamReceivedHead(_ head: MartletHTTP.HTTPResponseHead) {
    response.status = head.status
    response.fields = head.fields
    self.head.fire(head.status)
  }

  func streamReceived(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    if keeps { response.body.writeBuffer(&bytes) }
    if consumes { stream?.consumed(count) }
  }

  func streamReceivedEnd(trailers: HTTPFields?) { response.trailers = trailers }
  func streamBecameWritable() { onWritable?() }

  func streamClosed(_ error: HTTPStreamError?) {
    precondition(!hasEnded, "streamClosed twice")
    hasEnded = true
    response.error = error
    stream = nil
    head.fire(response.status)
    done.fire(response)
  }
}

extension HTTPClientConnection {
  /// Sends a request with a body and waits for the end of the response.
  func request(
    _ path: String, method: String = "POST", fields: HTTPFields = HTTPFields(),
    body: ByteBuffer = ByteBuffer(), trailers: HTTPFields? = nil
  ) async -> TestResponse {
    let done = start(path, method: method, fields: fields, body: body, trailers: trailers)
    return await done.wait()
  }

  /// Sends a request with a body.
  func start(
    _ path: String, method: String = "POST", fields: HTTPFields = HTTPFields(),
    body: ByteBuffer = ByteBuffer(), trailers: HTTPFields? = nil, head: Signal<Int> = Signal()
  ) -> Signal<TestResponse> {
    let done = Signal<TestResponse>()
    executor.submit {
      let collector = ResponseCollector(done: done, head: head)
      let stream = self.open(
        MartletHTTP.HTTPRequestHead(
          method: method, authority: "test", path: path, fields: fields),
        delegate: collector)
      collector.stream = stream
      if body.readableBytes > 0 { stream.send(body) }
      stream.finish(trailers: trailers)
    }
    return done
  }

  /// Opens a request and leaves its body open; `use` gets the stream on the loop.
  func open(
    _ path: String, head: Signal<Int> = Signal(),
    _ use: @escaping @Sendable (any HTTPStream, ResponseCollector) -> Void
  ) -> Signal<TestResponse> {
    let done = Signal<TestResponse>()
    executor.submit {
      let collector = ResponseCollector(done: done, head: head)
      let stream = self.open(
        MartletHTTP.HTTPRequestHead(method: "POST", authority: "test", path: path),
        delegate: collector)
      collector.stream = stream
      use(stream, collector)
    }
    return done
  }

  /// Runs something on the loop and waits for its result.
  func onLoop<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws -> R {
    try await eventLoop.submit(body).get()
  }
}
