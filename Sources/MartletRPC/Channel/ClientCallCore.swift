// Decides the life of one call on a client, unary or streaming: its connection, its deadline, how the
// response is read, and its one outcome.

import MartletCall
import MartletHTTP
import NIOCore

/// One call in progress, seen from the client.
///
/// `@unchecked Sendable`: every variable is touched on the channel's loop only; subclasses guard what
/// callers touch with a lock.
class ClientCallCore: DeadlineEntry, HTTPResponseDelegate, @unchecked Sendable {
  final let channel: ChannelCore
  final let method: MethodDescriptor
  final let waitsForReady: Bool
  private let options: CallOptions
  final private(set) var stream: (any HTTPStream)?
  final private(set) var isOver = false
  private var localEnded = false
  private var wasRepeated = false
  private var began = NIODeadline.now()
  private var head: HTTPResponseHead?

  init(_ channel: ChannelCore, _ method: MethodDescriptor, _ options: CallOptions) {
    self.channel = channel
    self.method = method
    waitsForReady = options.waitsForReady
    self.options = options
  }

  // MARK: What subclasses decide

  /// The request may be sent.
  func opened(_ stream: any HTTPStream) {}
  /// The head of the response has come, and says how its messages may be compressed.
  func headArrived(_ compression: Compression?) {}
  /// A piece of the response's body.
  func received(_ bytes: inout ByteBuffer) {}
  /// The one outcome; nil when the server said OK.
  func finished(_ failure: CallFailure?) {}
  /// Takes back what was sent on a stream that the server surely did not begin, to send it on another; false when that
  /// cannot be done, or is decided by the caller.
  func takesBack() -> Bool { false }

  // MARK: On the loop

  /// Begins the call.
  final func begin() {
    guard !isOver else { return }
    if let timeout = options.timeout {
      guard timeout > .zero else { return deadlinePassed() }
      LoopLocal.of(channel.executor.loop).wheel.insert(self, began + TimeAmount(timeout))
    }
    channel.admit(self)
  }

  /// Sends the head over a connection.
  final func connected(_ road: any ClientRoad) {
    guard !isOver else { return }
    var fields: HTTPFields = [
      "content-type": "application/grpc", "te": "trailers",
      "user-agent": channel.configuration.userAgent,
      "grpc-accept-encoding": Compression.accepted,
    ]
    if options.compresses { fields.append("grpc-encoding", Compression.name) }
    if let timeout = options.timeout {
      let passed = Duration.nanoseconds((NIODeadline.now() - began).nanoseconds)
      fields.append("grpc-timeout", GRPCTimeout.text(max(.nanoseconds(1), timeout - passed)))
    }
    fields.append(options.metadata)
    if let authorization = channel.configuration.authorization,
      options.metadata["authorization"] == nil
    {
      fields.append("authorization", authorization)
    }
    for entry in options.metadata.entries where Self.passedThrough.contains(entry.name) {
      if case .text(let text) = entry.value { fields.append(entry.name, text) }
    }
    let stream = road.open(
      HTTPRequestHead(
        method: "POST", scheme: channel.configuration.tls == nil ? "http" : "https",
        authority: channel.configuration.authority, path: method.path,
        fields: fields), delegate: self)
    self.stream = stream
    opened(stream)
  }

  /// Names that are no metadata on the server but that a caller may set.
  private static let passedThrough: Set<String> = ["authorization", "traceparent"]

  /// Says that the request is complete.
  final func endRequest() {
    guard !localEnded else { return }
    localEnded = true
    stream?.finish(trailers: nil)
  }

  /// Ends the call, once.
  final func end(_ failure: CallFailure?) {
    guard !isOver else { return }
    isOver = true
    LoopLocal.of(channel.executor.loop).wheel.remove(self)
    channel.dismiss(self)
    // CANCEL: nobody waits for the rest (RFC 9113, section 7).
    if failure != nil || !localEnded { stream?.reset(8) }
    finished(failure)
  }

  /// Ends the call because its caller gave it up.
  final func cancel() { end(CallFailure(Status(.cancelled, "the call was cancelled"))) }

  override final func deadlinePassed() {
    end(CallFailure(Status(.deadlineExceeded, "deadline exceeded")))
  }

  // MARK: The transport

  final func streamReceivedHead(_ head: HTTPResponseHead) {
    guard !isOver else { return }
    self.head = head
    guard head.status == 200, head.fields["content-type"]?.hasPrefix("application/grpc") == true
    else {
      if let status = GRPCFields.status(of: head.fields) { return end(CallFailure(status)) }
      return end(
        CallFailure(
          Status(
            GRPCFields.code(ofHTTP: head.status),
            "the server answered with HTTP status \(head.status) and no gRPC")))
    }
    options.response?.headers = GRPCFields.metadata(of: head.fields)
    switch head.fields["grpc-encoding"]?.lowercased() {
    case nil, "identity": headArrived(nil)
    case Compression.name: headArrived(.gzip)
    case let other?:
      end(
        CallFailure(Status(.internal, "the server compresses by \(other), which was not offered")))
    }
  }

  final func streamReceived(_ bytes: inout ByteBuffer) {
    guard !isOver else { return }
    // A copy: what is read on another thread must not share storage that the connection uses again.
    var own = ByteBufferAllocator().buffer(capacity: bytes.readableBytes)
    own.writeBuffer(&bytes)
    received(&own)
  }

  final func streamReceivedEnd(trailers: HTTPFields?) {
    guard !isOver else { return }
    // Without trailers, the head was all there is ("Trailers-Only").
    guard let status = (trailers ?? head?.fields).flatMap(GRPCFields.status) else {
      return end(CallFailure(Status(.internal, "the response has no grpc-status")))
    }
    options.response?.trailers = status.trailers
    end(status.code == .ok ? nil : CallFailure(status))
  }

  func streamBecameWritable() {}

  final func streamClosed(_ error: HTTPStreamError?) {
    let failure = CallFailure(error)
    guard failure.unprocessed, !isOver, !wasRepeated, head == nil, takesBack() else {
      return end(failure)
    }
    wasRepeated = true
    (stream, localEnded) = (nil, false)
    channel.admit(self)
  }
}
