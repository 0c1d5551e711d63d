// Decides how bytes that addresses and forms cannot have are written with percent signs.

/// Percent encoding.
enum Percent {
  /// Whether a byte stands for itself everywhere: letters, digits, `-`, `.`, `_`, `~`.
  static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~".utf8.contains(byte)
    }
  }

  /// A text in which every other byte is encoded.
  static func encoded(_ text: String) -> String { encode(text, where: isPlain) }

  /// A path and query in which only what a request line cannot have is encoded.
  static func kept(_ target: String) -> String {
    encode(target) { isPlain($0) || "%!$&'()*+,;=:@/?[]".utf8.contains($0) }
  }

  /// The fields of a form.
  static func form(_ fields: [(String, String)]) -> String {
    fields.map { encoded($0) + "=" + encoded($1) }.joined(separator: "&")
  }

  /// The text that was encoded.
  static func decoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
        let byte = UInt8(String(decoding: bytes[place + 1...place + 2], as: UTF8.self), radix: 16)
      {
        decoded.append(byte)
        place += 3
      } else {
        decoded.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func encode(_ text: String, where isKept: (UInt8) -> Bool) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if isKept(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
