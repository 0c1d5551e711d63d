// Decides how custom metadata becomes header fields and back: text as it is, `-bin` names as base64 whose
// values may be joined by commas; fields that the transport or the protocol owns are never metadata.

import MartletCall
import MartletHTTP

extension HTTPFields {
  /// Appends metadata, each name with a prefix (Connect sends trailers as `trailer-…`).
  mutating func append(_ metadata: Metadata, prefix: String = "") {
    for entry in metadata.entries where !MetadataFields.isReserved(entry.name) {
      switch entry.value {
      case .text(let text): append(prefix + entry.name, text)
      case .binary(let bytes): append(prefix + entry.name, Base64.encode(bytes))
      }
    }
  }
}

extension Metadata {
  /// Adds a field.
  ///
  /// - Throws: INVALID_ARGUMENT when a `-bin` value is not base64.
  mutating func add(
    field name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) throws(Status) {
    let text = String(decoding: name, as: UTF8.self)
    guard text.hasSuffix("-bin") else {
      add(text, String(decoding: value, as: UTF8.self))
      return
    }
    for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let bytes = Base64.decode(part.filter { $0 != 0x20 && $0 != 0x09 }) else {
        throw Status(.invalidArgument, "metadata \(text) is not base64")
      }
      add(text, binary: bytes)
    }
  }
}

/// What may be custom metadata.
enum MetadataFields {
  private static let reserved: Set<String> = [
    "accept", "accept-encoding", "authorization", "connection", "content-encoding",
    "content-length", "content-type", "expect", "host", "keep-alive", "origin", "proxy-connection",
    "te", "traceparent", "transfer-encoding", "upgrade", "user-agent",
  ]

  /// Whether a name belongs to the transport or the protocol.
  static func isReserved(_ name: String) -> Bool {
    name.isEmpty || name.hasPrefix(":") || name.hasPrefix("grpc-") || name.hasPrefix("connect-")
      || reserved.contains(name)
  }
}
