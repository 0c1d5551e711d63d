// Decides how a request is refused before there is a call: in the form that its content type asks for.

import MartletCall
import MartletHTTP
import NIOCore

/// Answers a request at once and lets its body pass.
struct Refusal {
  let stream: any HTTPServerStream
  private let contentType: CallContentType

  init(_ stream: any HTTPServerStream, _ contentType: CallContentType) {
    self.stream = stream
    self.contentType = contentType
  }

  /// Whether the request claims to be a call.
  var isCall: Bool {
    switch contentType {
    case .grpc, .json, .proto: true
    case .absent, .grpcOther, .grpcWeb, .connectStream, .other: false
    }
  }

  /// Answers with a status; `httpStatus` holds where the protocol does not fix it.
  func answer(
    _ status: Status, httpStatus: Int? = nil, extra: HTTPFields = HTTPFields()
  ) -> any HTTPStreamDelegate {
    switch contentType {
    case .grpc:
      var fields = GRPCFields.head
      GRPCFields.append(status, to: &fields)
      stream.respond(HTTPResponseHead(status: 200, fields: fields))
      stream.finish(trailers: nil)
    case .json, .proto:
      ConnectServerCall.send(status, httpStatus: httpStatus, extra: extra, on: stream)
    case .absent, .grpcOther, .grpcWeb, .connectStream, .other:
      return plain(httpStatus ?? ConnectError.httpStatus(of: status.code), status.message)
    }
    return DiscardedBody(stream)
  }

  /// Answers with a line of text.
  func plain(
    _ httpStatus: Int, _ text: String, fields extra: HTTPFields = HTTPFields()
  ) -> any HTTPStreamDelegate {
    PlainExchange.send(.text(text + "\n", status: httpStatus), extra: extra, on: stream)
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
