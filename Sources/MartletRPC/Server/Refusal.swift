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
  ///
  /// - Parameter head: the request that is to be read first, so that what is wrong with it is noticed; nil for none.
  func plain(
    _ httpStatus: Int, _ text: String, fields extra: HTTPFields = HTTPFields(),
    after head: HTTPRequestHead? = nil
  ) -> any HTTPStreamDelegate {
    var fields = originFields
    fields.append(contentsOf: extra)
    let discarded = DiscardedBody(stream)
    discarded.whenRead(head) { [stream, fields] in
      PlainExchange.send(.text(text + "\n", status: httpStatus), extra: fields, on: stream)
    }
    return discarded
  }
}

/// Lets the body of a request pass that nobody reads, up to a bound.
final class DiscardedBody: HTTPStreamDelegate {
  private static let limit = 1 << 20
  /// What is waited for before an answer.
  private static let patience = 16 << 10
  private let stream: any HTTPServerStream
  private var count = 0
  private var answer: (() -> Void)?

  init(_ stream: any HTTPServerStream) { self.stream = stream }

  /// Answers a request once it was read whole, or enough of it; at once if its sender may wait for an answer before
  /// it sends a body, or sends another one only after it.
  ///
  /// - Parameter head: nil to answer at once.
  func whenRead(_ head: HTTPRequestHead?, _ answer: @escaping () -> Void) {
    guard let head, head.version == .http2, head.fields["expect"] == nil else { return answer() }
    self.answer = answer
  }

  func streamReceived(_ bytes: inout ByteBuffer) {
    count += bytes.readableBytes
    if count > Self.patience { answerNow() }
    // NO_ERROR: the answer is complete and stands (RFC 9113, section 8.1).
    if count > Self.limit { stream.reset(0) } else { stream.consumed(bytes.readableBytes) }
  }

  func streamReceivedEnd(trailers: HTTPFields?) { answerNow() }
  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) { answer = nil }

  private func answerNow() {
    guard let answer else { return }
    self.answer = nil
    answer()
  }
}
