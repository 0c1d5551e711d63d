// Decides how bytes travel in header fields: base64 of RFC 4648, section 4, written without padding and read
// with or without it, as the gRPC specification asks for `-bin` metadata.

/// Base64 for header fields.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
    return values
  }()

  /// The text of bytes, without padding.
  static func encode(_ bytes: some Collection<UInt8>) -> String {
    let length = (bytes.count * 4 + 2) / 3
    return String(unsafeUninitializedCapacity: length) { text in
      var at = 0
      var bits: UInt32 = 0
      var held = 0
      for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        held += 8
        while held >= 6 {
          held -= 6
          text[at] = alphabet[Int(bits >> UInt32(held)) & 63]
          at += 1
        }
      }
      if held > 0 {
        text[at] = alphabet[Int(bits << UInt32(6 - held)) & 63]
        at += 1
      }
      return at
    }
  }

  /// The bytes of a text, padded or not; nil when it is not base64.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var bits: UInt32 = 0
    var held = 0
    var digits = 0
    var padding = 0
    for byte in text {
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(byte)]
      guard padding == 0, value != 0xFF else { return nil }
      bits = bits << 6 | UInt32(value)
      held += 6
      digits += 1
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    // One digit cannot hold a byte; padding, where given, fills the group of four.
    guard digits % 4 != 1, padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0) else {
      return nil
    }
    return bytes
  }
}
