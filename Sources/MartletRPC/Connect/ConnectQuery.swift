// Decides how a call that changes nothing is read from a GET request's query
// (https://connectrpc.com/docs/protocol, "Unary-Get-Request").

package import MartletCall
import MartletHTTP
import NIOCore

/// The request of a unary call, as its query carries it.
package struct ConnectQuery {
  /// Whether the message is JSON; else it is binary.
  private(set) var isJSON = false
  /// The message.
  package private(set) var message = EncodedMessage(bytes: ByteBuffer())

  /// Reads a query.
  ///
  /// - Throws: INVALID_ARGUMENT that names the parameter, UNIMPLEMENTED for a compression other than gzip.
  package init(_ query: Substring) throws(Status) {
    var values: [String: [UInt8]] = [:]
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEscapes.undo(parts[0]),
        let value = parts.count > 1 ? PercentEscapes.undo(parts[1]) : []
      else { throw Self.invalid("", "holds a malformed percent escape") }
      values[String(decoding: name, as: UTF8.self)] = value
    }
    func text(_ name: String) -> String? {
      values[name].map { String(decoding: $0, as: UTF8.self) }
    }
    guard text("connect") ?? "v1" == "v1" else { throw Self.invalid("connect", "must be v1") }
    switch text("encoding") {
    case "json": isJSON = true
    case "proto": isJSON = false
    default: throw Self.invalid("encoding", "must be json or proto")
    }
    guard var bytes = values["message"] else { throw Self.invalid("message", "is missing") }
    switch text("base64") ?? "0" {
    case "0": break
    case "1":
      guard let decoded = Base64.decode(bytes.map(Self.standardDigit)) else {
        throw Self.invalid("message", "is not URL-safe base64")
      }
      bytes = decoded
    default: throw Self.invalid("base64", "must be 1 or absent")
    }
    message.bytes = ByteBuffer(bytes: bytes)
    switch text("compression") ?? "identity" {
    case "identity": break
    case Compression.name: message.compression = .gzip
    case let other: throw RequestFields.unknown(compression: other)
    }
  }

  private static func invalid(_ name: String, _ reason: String) -> Status {
    Status.invalid(
      field: name, name.isEmpty ? "the query \(reason)" : "the query's \(name) \(reason)",
      reason: "MALFORMED_QUERY")
  }

  /// The digit of the usual alphabet for one of the URL-safe alphabet (RFC 4648, section 5).
  private static func standardDigit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: byte
    }
  }
}
