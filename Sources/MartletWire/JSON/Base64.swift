// Decides how bytes are text: standard base64 with padding out; both alphabets, padded or not, in.

/// RFC 4648 base64.
package enum Base64 {
  private static let alphabet: StaticString =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  /// The characters of some bytes.
  package static func text(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { target in
      guard let start = target.baseAddress else { return 0 }
      bytes.withUnsafeBytes { encode($0, to: start) }
      return encodedCount(bytes.count)
    }
  }

  /// How many characters a number of bytes become.
  static func encodedCount(_ count: Int) -> Int { (count &+ 2) / 3 &* 4 }

  /// Writes the characters; `target` has room for `encodedCount`.
  static func encode(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) {
    let digits = alphabet.utf8Start
    var out = target
    var index = 0
    while index < bytes.count {
      let left = bytes.count &- index
      let bits =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index &+ 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index &+ 2]) : 0)
      out[0] = digits[Int(bits >> 18)]
      out[1] = digits[Int(bits >> 12 & 63)]
      out[2] = left > 1 ? digits[Int(bits >> 6 & 63)] : UInt8(ascii: "=")
      out[3] = left > 2 ? digits[Int(bits & 63)] : UInt8(ascii: "=")
      out += 4
      index &+= 3
    }
  }

  /// The bytes of a text; nil when it is no base64.
  static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var isValid = false
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { buffer, count in
      guard let start = buffer.baseAddress, let written = decode(text, to: start) else { return }
      count = written
      isValid = true
    }
    return isValid ? bytes : nil
  }

  /// Writes the bytes of a text, at most three for each four characters begun; returns their number.
  static func decode(_ text: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int?
  {
    var end = text.count
    var padding = 0
    while end > 0, padding < 2, text[end &- 1] == UInt8(ascii: "=") {
      end &-= 1
      padding &+= 1
    }
    // Padding, if any, fills up to four; one character alone holds no byte.
    guard end % 4 != 1, padding == 0 || (end &+ padding) % 4 == 0 else { return nil }
    var out = target
    var bits: UInt32 = 0
    var index = 0
    while index < end {
      guard let digit = digit(text[index]) else { return nil }
      bits = bits << 6 | digit
      index &+= 1
      if index % 4 == 0 {
        out[0] = UInt8(truncatingIfNeeded: bits >> 16)
        out[1] = UInt8(truncatingIfNeeded: bits >> 8)
        out[2] = UInt8(truncatingIfNeeded: bits)
        out += 3
        bits = 0
      }
    }
    switch end % 4 {
    case 2:
      out[0] = UInt8(truncatingIfNeeded: bits >> 4)
      out += 1
    case 3:
      out[0] = UInt8(truncatingIfNeeded: bits >> 10)
      out[1] = UInt8(truncatingIfNeeded: bits >> 2)
      out += 2
    default: break
    }
    return out - target
  }

  private static func digit(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character &- UInt8(ascii: "a")) &+ 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character &- UInt8(ascii: "0")) &+ 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
