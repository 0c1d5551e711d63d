// Decides how a request is refused before there is a call: in the form that its content type asks for.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// Answers a request at once and lets its body pass.
struct Refusal {
  let stream: any HTTPServerStream
  /// The form that the caller understands.
  var contentType: CallContentType
  /// What a browser is told with every answer.
  var originFields = HTTPFields()

  init(_ stream: any HTTPServerStream, _ contentType: CallContentType) {
    self.stream = stream
    self.contentType = contentType
  }

  /// Whether the request claims to be a call.
  var isCall: Bool {
    switch contentType {
    case .grpc, .grpcWeb, .json, .proto, .connectJSON, .connectProto: true
    case .absent, .grpcOther, .other: false
    }
  }

  /// Answers with a status; `httpStatus` holds where the protocol does not fix it.
  func answer(_ status: Status, httpStatus: Int? = nil) -> any HTTPStreamDelegate {
    switch contentType {
    case .grpc: sendHead(.grpc, status)
    case .grpcWeb: sendHead(.grpcWeb, status)
    case .connectJSON, .connectProto:
      let encoding: MessageEncoding = contentType == .connectProto ? .protobuf : .json(.standard)
      var fields = FramedProtocol.connect.head(encoding, compression: nil)
      fields.append(contentsOf: extra(status, .connect))
      // Where there is no such stream, the status of HTTP says so too.
      stream.respond(
        FramedProtocol.connect.responseHead(fields, status: httpStatus == 404 ? 404 : 200))
      FramedProtocol.connect.finish(status, trailers: [:], on: stream)
    case .json, .proto:
      var extra = originFields
      if status.code == .unimplemented { extra.append("accept-encoding", Compression.name) }
      ConnectServerCall.send(status, httpStatus: httpStatus, extra: extra, on: stream)
    case .absent, .grpcOther, .other:
      return plain(httpStatus ?? ConnectError.httpStatus(of: status.code), status.message)
    }
    return DiscardedBody(stream)
  }

  /// A head that is all there is.
  private func sendHead(_ framed: FramedProtocol, _ status: Status) {
    var fields = framed.head(.protobuf, compression: nil)
    fields.append(contentsOf: extra(status, framed))
    GRPCFields.append(status, to: &fields)
    stream.respond(framed.responseHead(fields))
    stream.finish(trailers: nil)
  }

  private func extra(_ status: Status, _ framed: FramedProtocol) -> HTTPFields {
    var fields = originFields
    if status.code == .unimplemented { fields.append(framed.accepted.name, framed.accepted.value) }
    return fields
  }

  /// Answers with a line of text.
  func plain(
    _ httpStatus: Int, _ text: String, fields extra: HTTPFields = HTTPFields()
  ) -> any HTTPStreamDelegate {
    var fields = originFields
    fields.append(contentsOf: extra)
    PlainExchange.send(.text(text + "\n", status: httpStatus), extra: fields, on: stream)
    return DiscardedBody(stream)
  }
}

/// Lets the body of an answered request pass, up to a bound.
final class DiscardedBody: HTTPStreamDelegate {
  private static let limit = 1 << 20
  private let stream: any HTTPServerStream
  private var count = 0

  init(_ stream: any HTTPServerStream) { self.stream = stream }

  func streamReceived(_ bytes: inout ByteBuffer) {
    count += bytes.readableBytes
    // NO_ERROR: the answer is complete and stands (RFC 9113, section 8.1).
    if count > Self.limit { stream.reset(0) } else { stream.consumed(bytes.readableBytes) }
  }

  func streamReceivedEnd(trailers: HTTPFields?) {}
  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) {}
}
