// Decides how the head and the status of a gRPC response are written and read.

import MartletCall
import MartletHTTP

/// The fields of gRPC responses.
enum GRPCFields {
  /// The fields of every head.
  static let head: HTTPFields = ["content-type": "application/grpc"]
  /// The head of a response without metadata.
  static let plainHead = HTTPResponseHead(status: 200, fields: head, isDated: false)
  /// The trailers of a call that went well.
  static let ok: HTTPFields = ["grpc-status": "0"]

  /// Appends a status, its details and its trailers.
  static func append(_ status: Status, to fields: inout HTTPFields) {
    fields.append("grpc-status", Int(status.code.rawValue))
    if !status.message.isEmpty {
      fields.append("grpc-message", PercentEncoding.encode(status.message))
    }
    if !status.details.isEmpty {
      fields.append("grpc-status-details-bin", Base64.encode(StatusEncoding.encode(status)))
    }
    fields.append(status.trailers)
  }

  /// Reads the status of a response from its trailers (or its only head).
  ///
  /// - Returns: nil when there is no `grpc-status`.
  static func status(of fields: HTTPFields) -> Status? {
    guard let text = fields["grpc-status"] else { return nil }
    let code = UInt8(text).flatMap(StatusCode.init(rawValue:)) ?? .unknown
    var status = Status(code, PercentEncoding.decode(fields["grpc-message"] ?? ""))
    if let encoded = fields["grpc-status-details-bin"], let bytes = Base64.decode(encoded.utf8) {
      status.details = StatusEncoding.details(of: bytes)
    }
    status.trailers = metadata(of: fields)
    return status
  }

  /// The custom metadata among fields; what is malformed is left out.
  static func metadata(of fields: HTTPFields) -> Metadata {
    var metadata = Metadata()
    fields.forEachField { name, value in
      guard !MetadataFields.isReserved(String(decoding: name, as: UTF8.self)) else { return }
      do throws(Status) { try metadata.add(field: name, value) } catch {}
    }
    return metadata
  }

  /// What an HTTP status means where gRPC was expected
  /// (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
  static func code(ofHTTP status: Int) -> StatusCode {
    switch status {
    case 400: .internal
    case 401: .unauthenticated
    case 403: .permissionDenied
    case 404: .unimplemented
    case 429, 502, 503, 504: .unavailable
    default: .unknown
    }
  }
}
