// Decides how the head and the status of a gRPC response are written and read, and how much of a status is told: peers
// refuse sections that are too long, and its code with them.

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

  /// The longest section with a status: what clients take unless told otherwise (grpc-core's
  /// `grpc.max_metadata_size`), with some room for what a proxy adds.
  static let longestSection = (8 << 10) - 512
  /// The longest message of a status, in bytes, before it is percent-encoded.
  static let longestMessage = 1 << 10

  /// Appends a status, its trailers and its details; of a long message the beginning, and of details the first
  /// ones, as many as the section holds.
  static func append(_ status: Status, to fields: inout HTTPFields) {
    fields.append("grpc-status", Int(status.code.rawValue))
    var status = status
    status.message = beginning(of: status.message)
    if !status.message.isEmpty {
      fields.append("grpc-message", PercentEncoding.encode(status.message))
    }
    fields.append(status.trailers)
    while !status.details.isEmpty {
      var longer = fields
      longer.append("grpc-status-details-bin", Base64.encode(StatusEncoding.encode(status)))
      if longer.listSize <= longestSection {
        fields = longer
        return
      }
      status.details.removeLast()
    }
  }

  /// As much of a message as is told, in whole characters.
  private static func beginning(of message: String) -> String {
    guard message.utf8.count > longestMessage else { return message }
    let mark = "…"
    var end = message.startIndex
    var room = longestMessage - mark.utf8.count
    for character in message {
      room -= character.utf8.count
      guard room >= 0 else { break }
      message.formIndex(after: &end)
    }
    return String(message[..<end]) + mark
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
