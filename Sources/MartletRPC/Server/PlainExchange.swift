// Decides how a plain route is answered: off the loop, then in one piece.

import MartletHTTP
import NIOCore

/// A request to a plain route.
///
/// `@unchecked Sendable`: touched on the stream's loop only; the task prefers that loop's executor and
/// leaves it only to make the response.
final class PlainExchange: HTTPStreamDelegate, @unchecked Sendable {
  private let discarded: DiscardedBody
  private var task: Task<Void, Never>?
  private var isClosed = false

  init(
    _ head: HTTPRequestHead, _ respond: @escaping HTTPRoutes.Respond,
    on stream: any HTTPServerStream
  ) {
    discarded = DiscardedBody(stream)
    task = Task(executorPreference: stream.executor) { [self, carrier = StreamCarrier(stream)] in
      let response = await withTaskExecutorPreference(globalConcurrentExecutor) {
        await respond(head)
      }
      if !isClosed {
        Self.send(response, withBody: head.method != "HEAD", on: carrier.stream)
      }
      task = nil
    }
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
  func streamReceivedEnd(trailers: HTTPFields?) {}
  func streamBecameWritable() {}

  func streamClosed(_ error: HTTPStreamError?) {
    isClosed = true
    task?.cancel()
  }
}

/// Carries a stream into a task on its own loop.
///
/// `@unchecked Sendable`: whoever takes it out does so on the stream's loop, where it was put in.
struct StreamCarrier: @unchecked Sendable {
  let stream: any HTTPServerStream
  init(_ stream: any HTTPServerStream) { self.stream = stream }
}
