// Decides how a call looks over gRPC, gRPC-Web and Connect's streams: when its handler starts, how its messages
// come in and go out, and when its status is told.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// A call whose bodies are length-prefixed messages.
///
/// `@unchecked Sendable`: as its superclass, it is touched on its stream's loop only.
final class FramedServerCall: ServerCall, @unchecked Sendable {
  private let framed: FramedProtocol
  /// Whether the caller takes compressed messages.
  private let takesGzip: Bool
  private var assembler: MessageAssembler
  /// Bytes received that the peer may not yet send again, because messages wait to be taken.
  private var withheld = 0
  private var requestEnded = false
  private var taken = 0
  private var headSent = false
  private var reader: CheckedContinuation<Void, Never>?
  private var writers: [CheckedContinuation<Void, Never>] = []

  init(
    _ server: ServerCore, _ call: consuming IncomingCall, _ framed: FramedProtocol,
    on stream: any HTTPServerStream, encoding: MessageEncoding, started: NIODeadline,
    local: LoopLocal
  ) {
    self.framed = framed
    takesGzip = call.fields.takesGzip
    assembler = MessageAssembler(
      limit: server.sizes.received, compression: call.fields.compression == nil ? nil : .gzip)
    super.init(
      server, call, on: stream, encoding: encoding, started: started, local: local)
  }

  /// Starts a handler that reads its requests itself; others start when their one request is complete.
  func begin() {
    switch method.implementation {
    case .unary, .serverStreaming: break
    case .clientStreaming(let run): start(.clientStreaming(run, FramedMessages(self)))
    case .bidirectional(let run): start(.bidirectional(run, FramedMessages(self)))
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
      } else if !holds(assembler.pending) {
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
      guard let request = oneRequest() else { return }
      startUnary(bind, request)
    case .serverStreaming(let bind):
      guard let request = oneRequest() else { return }
      startServerStreaming(bind, request, to: FramedMessages(self))
    }
  }

  /// The only message of the body; answers the call when there is none or more than one.
  private func oneRequest() -> EncodedMessage? {
    do throws(Status) {
      guard let request = try assembler.next() else {
        throw assembler.pending == 0
          ? Status(.unimplemented, "\(method.descriptor.path) takes one request; none came")
          : Status(.internal, "the request ended inside a message")
      }
      guard assembler.pending == 0 else {
        throw Status(.unimplemented, "\(method.descriptor.path) takes one request; more came")
      }
      return request
    } catch {
      fail(error)
      return nil
    }
  }

  /// While no whole message waits, the peer may go on sending: a message can be larger than the window. What came of
  /// it is held for the connection, which may not hold any number.
  private func creditIfEmpty() {
    guard withheld > 0, !assembler.hasMessage, !exceedsLimit() else { return }
    let isFine = holds(assembler.pending)
    stream.consumed(withheld)
    withheld = 0
    if !isFine { assembler.discard() }
  }

  private func wakeReader() {
    guard let waiting = reader else { return }
    reader = nil
    waiting.resume()
  }

  /// The next request of a streaming call; on the loop.
  func nextMessage() async throws -> EncodedMessage? {
    // The last message is done with.
    foldUp()
    while true {
      if phase == .answered || Task.isCancelled { throw CancellationError() }
      if let message = try assembler.next() {
        taken += 1
        // A body of thousands of small messages must not be served in one go.
        if taken % 32 == 0 { await Task.yield() }
        // What came of it while it was not whole was credited then.
        holds(0)
        let used = withheld - min(withheld, assembler.pending)
        withheld -= used
        if used > 0 { stream.consumed(used) }
        creditIfEmpty()
        return message
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
    if method.respondsLarge.isSet || (takesGzip && context.response.compresses == true) {
      return false
    }
    let frame = try MessageFrame.encode(message, as: encoding, limit: server.sizes.sent)
    let size = frame.readableBytes - MessageAssembler.prefix
    if size > largeFrom { method.respondsLarge.isSet = true }
    // The first of its method that is worth it is encoded again, off the loop and compressed.
    if compresses(size) { return false }
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
    framed.finish(
      nil, trailers: context.response.isTouched ? context.response.trailers : [:], on: stream)
  }

  override func sendFailure(_ status: Status) {
    guard headSent || !framed.hasBareStatus else { return sendBareStatus(status) }
    sendHeadIfNeeded()
    framed.finish(status, trailers: context.response.trailers, on: stream)
  }

  /// "Trailers-Only": the head carries the status and ends the stream.
  private func sendBareStatus(_ status: Status) {
    headSent = true
    var fields = framed.head(encoding, compression: nil)
    if status.code == .unimplemented { fields.append(framed.accepted.name, framed.accepted.value) }
    fields.append(contentsOf: server.origins.responseFields(origin: origin))
    fields.append(context.response.headers)
    fields.append(context.response.trailers)
    GRPCFields.append(status, to: &fields)
    stream.respond(framed.responseHead(fields))
    stream.finish(trailers: nil)
  }

  private func sendHeadIfNeeded() {
    guard !headSent else { return }
    headSent = true
    let isNamed =
      takesGzip && context.response.namesCompression(byDefault: threshold != nil)
    if framed == .grpc, origin == nil, !isNamed, !context.response.isTouched {
      return stream.respond(GRPCFields.plainHead)
    }
    var fields = framed.head(encoding, compression: isNamed ? .gzip : nil)
    fields.append(contentsOf: server.origins.responseFields(origin: origin))
    fields.append(context.response.headers)
    stream.respond(framed.responseHead(fields))
  }

  // MARK: Compression

  /// From which size on a response is compressed unless the handler says otherwise.
  private var threshold: Int? {
    framed == .grpc ? server.compression.grpcFrom : server.compression.webFrom
  }

  /// Whether a message of this size is compressed: as the handler says, else from the threshold on.
  private func compresses(_ size: Int) -> Bool {
    guard takesGzip else { return false }
    return context.response.compresses ?? threshold.map { size >= $0 } ?? false
  }

  /// Encodes a message, off the loop when the method's last one was large or when it is compressed.
  func encodeFrame(_ message: any Message) async throws -> ByteBuffer {
    let limit = server.sizes.sent
    if !method.respondsLarge.isSet, !takesGzip || context.response.compresses != true {
      let frame = try MessageFrame.encode(message, as: encoding, limit: limit)
      let size = frame.readableBytes - MessageAssembler.prefix
      if size > largeFrom { method.respondsLarge.isSet = true }
      if !compresses(size) { return frame }
    }
    let (frame, size) = try await offLoop { [self] in
      // Before compression: what is worth the way off the loop is worth it however small it becomes.
      var size = 0
      let frame = try MessageFrame.encode(message, as: encoding, limit: limit) { count in
        size = count
        return compresses(count)
      }
      return (frame, size)
    }
    method.respondsLarge.isSet = size > largeFrom
    return frame
  }

  /// Responses of a method longer than this let its next one be encoded off the loop.
  private var largeFrom: Int {
    guard takesGzip, let threshold else { return server.sizes.offLoop }
    return min(server.sizes.offLoop, threshold - 1)
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
