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

  override func received(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
    stream.consumed(count)
    let limit = server.sizes.received
    if body.readableBytes > limit {
      body = ByteBuffer()
      fail(Status(.resourceExhausted, "message is over the limit of \(limit) bytes"))
    }
  }

  override func receivedEnd() {
    guard case .unary(let bind) = method.implementation else {
      return fail(Self.streamingNotSupported(method.descriptor))
    }
    if case .json = encoding, body.readableBytes == 0 {
      return fail(
        Status.invalid(
          field: "", "the body is empty; send {} for an empty message", reason: "MALFORMED_MESSAGE")
      )
    }
    startUnary(bind, body)
    body = ByteBuffer()
  }

  static func streamingNotSupported(_ method: MethodDescriptor) -> Status {
    Status(
      .unimplemented,
      "\(method.path) streams; call it over gRPC, or use its unary twin with this content type")
  }

  override func sendResponse(_ message: any Message) throws(Status) -> Bool {
    if method.respondsLarge.isSet { return false }
    let bytes = try Self.encode(message, encoding, server.sizes.sent)
    if bytes.readableBytes > server.sizes.offLoop { method.respondsLarge.isSet = true }
    send(bytes)
    return true
  }

  override func sendLargeResponse(_ message: any Message) async throws {
    let bytes = try await offLoop { [encoding, limit = server.sizes.sent] in
      try Self.encode(message, encoding, limit)
    }
    method.respondsLarge.isSet = bytes.readableBytes > server.sizes.offLoop
    guard phase != .answered else { return }
    send(bytes)
  }

  private func send(_ bytes: ByteBuffer) {
    guard !isClosed else { return }
    var fields: HTTPFields = encoding == .protobuf ? Self.protoHead : Self.jsonHead
    fields.append("content-length", bytes.readableBytes)
    if context.response.isTouched {
      fields.append(context.response.headers)
      fields.append(context.response.trailers, prefix: "trailer-")
    }
    stream.respond(HTTPResponseHead(status: 200, fields: fields))
    if bytes.readableBytes > 0 { stream.send(bytes) }
    stream.finish(trailers: nil)
  }

  private static let protoHead: HTTPFields = ["content-type": "application/proto"]
  private static let jsonHead: HTTPFields = ["content-type": "application/json"]

  private static func encode(
    _ message: some Message, _ encoding: MessageEncoding, _ limit: Int
  ) throws(Status) -> ByteBuffer {
    let bytes: ByteBuffer
    do throws(WireError) {
      bytes =
        switch encoding {
        case .protobuf: message.withEncodedBytes { ByteBuffer(bytes: $0) }
        case .json(let options): ByteBuffer(bytes: try message.encodeJSON(options: options))
        }
    } catch {
      throw Status(.internal, "the response cannot be written: \(error)")
    }
    guard bytes.readableBytes <= limit else {
      throw Status(.resourceExhausted, "message is over the limit of \(limit) bytes")
    }
    return bytes
  }

  override func sendFailure(_ status: Status) {
    Self.send(
      status, headers: context.response.headers, trailers: context.response.trailers, on: stream)
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
