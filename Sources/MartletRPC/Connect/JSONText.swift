// Decides how the few JSON texts that are no protobuf message are written.

/// Writes compact JSON.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  private mutating func key(_ name: String?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = false
    guard let name else { return }
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// An object, under a name when it is a member of another.
  mutating func object(_ name: String? = nil, _ body: (inout JSONText) -> Void) {
    key(name)
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// An array member.
  mutating func array<T>(
    _ name: String, _ elements: [T], _ write: (inout JSONText, T) -> Void
  ) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    for element in elements { write(&self, element) }
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// A text in an array.
  mutating func element(_ text: String) {
    key(nil)
    string(text)
    needsComma = true
  }

  /// A text member.
  mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
    needsComma = true
  }

  private mutating func string(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x0A: bytes += Array("\\n".utf8)
      case 0x00..<0x20:
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
