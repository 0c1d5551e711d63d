// Decides how a call looks over gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): when
// its handler starts, how its messages come in and go out, and how its status is told.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// A call over gRPC.
///
/// `@unchecked Sendable`: as its superclass, it is touched on its stream's loop only.
final class GRPCServerCall: ServerCall, @unchecked Sendable {
  private var assembler: MessageAssembler
  /// Bytes received that the peer may not yet send again, because messages wait to be taken.
  private var withheld = 0
  private var requestEnded = false
  private var headSent = false
  private var reader: CheckedContinuation<Void, Never>?
  private var writers: [CheckedContinuation<Void, Never>] = []

  init(
    _ server: ServerCore, _ call: consuming IncomingCall, on stream: any HTTPServerStream,
    started: NIODeadline, local: LoopLocal
  ) {
    assembler = MessageAssembler(limit: server.sizes.received)
    super.init(
      server, call, on: stream, encoding: .protobuf, started: started, local: local)
  }

  /// Starts a handler that reads its requests itself; others start when their one request is complete.
  func begin() {
    switch method.implementation {
    case .unary, .serverStreaming: break
    case .clientStreaming(let run): start(.clientStreaming(run, GRPCMessages(self)))
    case .bidirectional(let run): start(.bidirectional(run, GRPCMessages(self)))
    }
  }

  // MARK: Requests

  private var readsRequestsItself: Bool {
    switch method.implementation {
    case .unary, .serverStreaming: false
    case .clientStreaming, .bidirectional: true
    }
  }

  override func received(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    assembler.append(&bytes)
    guard readsRequestsItself else {
      // One message only: its size is bounded by the limit, which is enforced as soon as it is announced.
      stream.consumed(count)
      if assembler.pending > assembler.limit + MessageAssembler.prefix || exceedsLimit() {
        fail(assembler.oversize)
        assembler.discard()
      }
      return
    }
    withheld += count
    creditIfEmpty()
    wakeReader()
  }

  private func exceedsLimit() -> Bool {
    assembler.announced.map { $0 > assembler.limit } ?? false
  }

  override func receivedEnd() {
    requestEnded = true
    switch method.implementation {
    case .clientStreaming, .bidirectional: wakeReader()
    case .unary(let bind):
      guard let body = oneRequest() else { return }
      startUnary(bind, body)
    case .serverStreaming(let bind):
      guard let body = oneRequest() else { return }
      startServerStreaming(bind, body, to: GRPCMessages(self))
    }
  }

  /// The only message of the body; answers the call when there is none or more than one.
  private func oneRequest() -> ByteBuffer? {
    do throws(Status) {
      guard let body = try assembler.next() else {
        throw assembler.pending == 0
          ? Status(.unimplemented, "\(method.descriptor.path) takes one request; none came")
          : Status(.internal, "the request ended inside a message")
      }
      guard assembler.pending == 0 else {
        throw Status(.unimplemented, "\(method.descriptor.path) takes one request; more came")
      }
      return body
    } catch {
      fail(error)
      return nil
    }
  }

  /// While no whole message waits, the peer may go on sending: a message can be larger than the window.
  private func creditIfEmpty() {
    guard withheld > 0, !assembler.hasMessage else { return }
    stream.consumed(withheld)
    withheld = 0
  }

  private func wakeReader() {
    guard let waiting = reader else { return }
    reader = nil
    waiting.resume()
  }

  /// The next request of a streaming call; on the loop.
  func nextBody() async throws -> ByteBuffer? {
    while true {
      if phase == .answered || Task.isCancelled { throw CancellationError() }
      if let body = try assembler.next() {
        let used = min(withheld, body.readableBytes + MessageAssembler.prefix)
        withheld -= used
        if used > 0 { stream.consumed(used) }
        creditIfEmpty()
        return body
      }
      if requestEnded {
        if assembler.pending > 0 { throw Status(.internal, "the request ended inside a message") }
        return nil
      }
      if reader != nil { throw Status(.internal, "two tasks read the requests of one call") }
      await withTaskCancellationHandler {
        await withCheckedContinuation { reader = $0 }
      } onCancel: {
        stream.executor.submit { [self] in wakeReader() }
      }
    }
  }

  // MARK: Responses

  override func sendResponse(_ message: any Message) throws(Status) -> Bool {
    if method.respondsLarge.isSet { return false }
    let frame = try MessageFrame.encode(message, limit: server.sizes.sent)
    if frame.readableBytes > server.sizes.offLoop { method.respondsLarge.isSet = true }
    send(frame)
    return true
  }

  override func sendLargeResponse(_ message: any Message) async throws {
    let frame = try await encodeFrame(message)
    guard phase != .answered else { return }
    send(frame)
  }

  private func send(_ frame: ByteBuffer) {
    guard !isClosed else { return }
    sendHeadIfNeeded()
    stream.send(frame)
  }

  override func sendOK() {
    guard !isClosed else { return }
    sendHeadIfNeeded()
    guard context.response.isTouched else { return stream.finish(trailers: GRPCFields.ok) }
    var trailers = GRPCFields.ok
    trailers.append(context.response.trailers)
    stream.finish(trailers: trailers)
  }

  override func sendFailure(_ status: Status) {
    var fields = headSent ? HTTPFields() : GRPCFields.head
    if status.code == .unimplemented { fields.append("grpc-accept-encoding", "identity") }
    if !headSent { fields.append(context.response.headers) }
    GRPCFields.append(status, to: &fields)
    fields.append(context.response.trailers)
    if headSent {
      stream.finish(trailers: fields)
    } else {
      // Trailers only: the head carries the status and ends the stream.
      headSent = true
      stream.respond(HTTPResponseHead(status: 200, fields: fields))
      stream.finish(trailers: nil)
    }
  }

  private func sendHeadIfNeeded() {
    guard !headSent else { return }
    headSent = true
    guard context.response.isTouched else { return stream.respond(GRPCFields.plainHead) }
    var fields = GRPCFields.head
    fields.append(context.response.headers)
    stream.respond(HTTPResponseHead(status: 200, fields: fields))
  }

  /// Encodes a message, off the loop when the method's last one was large.
  func encodeFrame(_ message: any Message) async throws -> ByteBuffer {
    let limit = server.sizes.sent
    let frame =
      if method.respondsLarge.isSet {
        try await offLoop { try MessageFrame.encode(message, limit: limit) }
      } else {
        try MessageFrame.encode(message, limit: limit)
      }
    method.respondsLarge.isSet = frame.readableBytes > server.sizes.offLoop
    return frame
  }

  /// Sends one of many responses and waits while the peer is behind; on the loop.
  func sendFrame(_ frame: ByteBuffer) async throws {
    if phase == .answered || isClosed || Task.isCancelled { throw CancellationError() }
    sendHeadIfNeeded()
    stream.send(frame)
    while !stream.isWritable {
      await withTaskCancellationHandler {
        await withCheckedContinuation { writers.append($0) }
      } onCancel: {
        stream.executor.submit { [self] in wakeWriters() }
      }
      if phase == .answered || isClosed || Task.isCancelled { throw CancellationError() }
    }
  }

  override func streamBecameWritable() { wakeWriters() }

  private func wakeWriters() {
    let waiting = writers
    writers = []
    for writer in waiting { writer.resume() }
  }

  override func wakeWaiters() {
    wakeReader()
    wakeWriters()
  }
}
