// Decides how a plain route is answered: once the request is whole, off the loop, then in one piece.

import MartletHTTP
import NIOCore

/// A request to a plain route.
///
/// `@unchecked Sendable`: touched on the stream's loop only; the task prefers that loop's executor and
/// leaves it only to make the response.
final class PlainExchange: HTTPStreamDelegate, @unchecked Sendable {
  private let head: HTTPRequestHead
  private let respond: HTTPRoutes.Respond
  private let stream: any HTTPServerStream
  private let discarded: DiscardedBody
  private var task: Task<Void, Never>?
  private var isClosed = false

  init(
    _ head: HTTPRequestHead, _ respond: @escaping HTTPRoutes.Respond,
    on stream: any HTTPServerStream
  ) {
    self.head = head
    self.respond = respond
    self.stream = stream
    discarded = DiscardedBody(stream)
    discarded.whenRead(head) { [unowned self] in begin() }
  }

  private func begin() {
    task = Task(executorPreference: stream.executor) { [self] in
      let response = await Self.response(to: head, by: respond)
      if !isClosed { Self.send(response, withBody: head.method != "HEAD", on: stream) }
      task = nil
    }
  }

  private static func response(
    to head: HTTPRequestHead, by respond: @escaping HTTPRoutes.Respond
  ) async -> PlainResponse {
    await withTaskExecutorPreference(globalConcurrentExecutor) { await respond(head) }
  }

  static func send(
    _ response: PlainResponse, withBody: Bool = true, extra: HTTPFields = HTTPFields(),
    on stream: any HTTPServerStream
  ) {
    var fields: HTTPFields = ["content-type": response.contentType]
    fields.append("content-length", response.body.count)
    fields.append("x-content-type-options", "nosniff")
    fields.append(contentsOf: response.fields)
    fields.append(contentsOf: extra)
    stream.respond(HTTPResponseHead(status: response.status, fields: fields))
    if withBody, !response.body.isEmpty { stream.send(ByteBuffer(bytes: response.body)) }
    stream.finish(trailers: nil)
  }

  func streamReceived(_ bytes: inout ByteBuffer) { discarded.streamReceived(&bytes) }
  func streamReceivedEnd(trailers: HTTPFields?) { discarded.streamReceivedEnd(trailers: trailers) }
  func streamBecameWritable() {}

  func streamClosed(_ error: HTTPStreamError?) {
    isClosed = true
    task?.cancel()
  }
}
