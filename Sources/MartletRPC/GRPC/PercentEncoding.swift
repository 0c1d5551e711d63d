// Decides how `grpc-message` is written: printable ASCII as it is but for `%`, all else percent-encoded
// UTF-8 (gRPC over HTTP/2, "Status-Message"). Reading forgives what is malformed, as the specification asks.

import MartletHTTP

/// The encoding of `grpc-message`.
enum PercentEncoding {
  /// Writes a text.
  static func encode(_ text: String) -> String {
    func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte <= 0x7E && byte != 0x25 }
    if text.utf8.allSatisfy(isPlain) { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isPlain(byte) {
        bytes.append(byte)
      } else {
        bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a text; an escape that is none stays as it is.
  static func decode(_ text: String) -> String {
    guard text.utf8.contains(0x25) else { return text }
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    var at = 0
    while at < source.count {
      if source[at] == 0x25, at + 2 < source.count,
        let byte = UInt8(hexadecimal: source[at + 1], source[at + 2])
      {
        bytes.append(byte)
        at += 3
      } else {
        bytes.append(source[at])
        at += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
