// Decides how a unary call looks over Connect (https://connectrpc.com/docs/protocol, "Unary"): the bare
// message as the body in both directions, errors as JSON, trailers as `trailer-` fields of the head.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// A unary call over Connect.
///
/// `@unchecked Sendable`: as its superclass, it is touched on its stream's loop only.
final class ConnectServerCall: ServerCall, @unchecked Sendable {
  private var body = ByteBuffer()
  private let compression: Compression?
  private let takesGzip: Bool
  /// The request came in a query, so that caches may keep its answer.
  private var isQuery = false

  override init(
    _ server: ServerCore, _ call: consuming IncomingCall, on stream: any HTTPServerStream,
    encoding: MessageEncoding, started: NIODeadline, local: LoopLocal
  ) {
    compression = call.fields.compression
    takesGzip = call.fields.takesGzip
    super.init(server, call, on: stream, encoding: encoding, started: started, local: local)
  }

  override func received(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
    stream.consumed(count)
    let limit = server.sizes.received
    if body.readableBytes > limit {
      body = ByteBuffer()
      fail(Status(.resourceExhausted, "message is over the limit of \(limit) bytes"))
    } else if !holds(body.readableBytes) {
      body = ByteBuffer()
    }
  }

  override func receivedEnd() {
    // A request that came in the query has begun already.
    guard phase == .receiving else { return }
    begin(EncodedMessage(bytes: body, compression: body.readableBytes > 0 ? compression : nil))
    body = ByteBuffer()
  }

  /// Starts the handler with a request that came in a query.
  func begin(query request: EncodedMessage) {
    isQuery = true
    begin(request)
  }

  /// Starts the handler with its request.
  private func begin(_ request: EncodedMessage) {
    guard case .unary(let bind) = method.implementation else {
      return fail(Status(.unimplemented, "\(method.descriptor.path) streams"))
    }
    if case .json = encoding, request.bytes.readableBytes == 0 {
      return fail(
        Status.invalid(
          field: "", "the body is empty; send {} for an empty message", reason: "MALFORMED_MESSAGE")
      )
    }
    startUnary(bind, request)
  }

  override func sendResponse(_ message: any Message) throws(Status) -> Bool {
    if method.respondsLarge.isSet || (takesGzip && context.response.compresses == true) {
      return false
    }
    let (body, size) = try encode(message)
    if size > server.sizes.offLoop { method.respondsLarge.isSet = true }
    send(body)
    return true
  }

  override func sendLargeResponse(_ message: any Message) async throws {
    let (body, size) = try await offLoop { [self] in try encode(message) }
    method.respondsLarge.isSet = size > server.sizes.offLoop
    guard phase != .answered else { return }
    send(body)
  }

  /// The body of a response, and its size before compression. From any thread: touches nothing that changes.
  private func encode(_ message: any Message) throws(Status) -> (EncodedMessage, size: Int) {
    let threshold = server.compression.webFrom
    let choice = takesGzip ? context.response.compresses : false
    return try MessageFrame.withBytes(of: message, as: encoding, limit: server.sizes.sent) {
      guard choice ?? threshold.map({ [count = $0.count] in count >= $0 }) ?? false else {
        return (EncodedMessage(bytes: ByteBuffer(bytes: $0)), size: $0.count)
      }
      var compressed = ByteBuffer()
      Gzip.compress($0, into: &compressed)
      return (EncodedMessage(bytes: compressed, compression: .gzip), size: $0.count)
    }
  }

  private func send(_ body: EncodedMessage) {
    guard !isClosed else { return }
    var fields: HTTPFields = encoding == .protobuf ? Self.protoHead : Self.jsonHead
    fields.append("content-length", body.bytes.readableBytes)
    if body.compression != nil { fields.append("content-encoding", Compression.name) }
    if isQuery { fields.append("vary", "accept-encoding") }
    fields.append(contentsOf: server.origins.responseFields(origin: origin))
    if context.response.isTouched {
      fields.append(context.response.headers)
      fields.append(context.response.trailers, prefix: "trailer-")
    }
    stream.respond(HTTPResponseHead(status: 200, fields: fields))
    if body.bytes.readableBytes > 0 { stream.send(body.bytes) }
    stream.finish(trailers: nil)
  }

  private static let protoHead: HTTPFields = ["content-type": "application/proto"]
  private static let jsonHead: HTTPFields = ["content-type": "application/json"]

  override func sendFailure(_ status: Status) {
    Self.send(
      status, headers: context.response.headers, trailers: context.response.trailers,
      extra: server.origins.responseFields(origin: origin), on: stream)
  }

  /// Answers with an error.
  static func send(
    _ status: Status, httpStatus: Int? = nil, headers: Metadata = [:], trailers: Metadata = [:],
    extra: HTTPFields = HTTPFields(), on stream: any HTTPServerStream
  ) {
    let body = ConnectError.body(of: status)
    var fields = Self.jsonHead
    fields.append("content-length", body.count)
    fields.append(contentsOf: extra)
    fields.append(headers)
    fields.append(trailers, prefix: "trailer-")
    fields.append(status.trailers, prefix: "trailer-")
    stream.respond(
      HTTPResponseHead(
        status: httpStatus ?? ConnectError.httpStatus(of: status.code), fields: fields))
    stream.send(ByteBuffer(bytes: body))
    stream.finish(trailers: nil)
  }
}
