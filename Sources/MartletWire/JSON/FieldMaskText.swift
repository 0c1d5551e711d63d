// Decides how paths of a field mask change their spelling: lower_snake_case in messages, lowerCamelCase in JSON.

/// Maps paths. What would not come back the same is refused.
enum FieldMaskText {
  private static func isLower(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isUpper(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  /// Whether a byte is the same in both spellings. A comma would end the path; quotes have no place in one.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) && !isUpper(byte) && byte != UInt8(ascii: ",")
      && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// Writes a path as JSON spells it; false when it cannot be.
  static func append(_ path: UnsafeBufferPointer<UInt8>, to output: inout JSONOutput) -> Bool {
    var index = 0
    while index < path.count {
      let byte = path[index]
      if byte == UInt8(ascii: "_") {
        index += 1
        guard index < path.count, isLower(path[index]) else { return false }
        output.append(Unicode.Scalar(path[index] - 32))
      } else {
        guard isPlain(byte) else { return false }
        output.append(Unicode.Scalar(byte))
      }
      index += 1
    }
    return true
  }

  /// The path that JSON spells so; nil when it is none.
  static func path(_ text: UnsafeBufferPointer<UInt8>, in arena: Arena) -> UnsafeBufferPointer<
    UInt8
  >? {
    let target = arena.allocate(UInt8.self, count: max(text.count * 2, 1))
    var count = 0
    for byte in text {
      guard byte != UInt8(ascii: "_") else { return nil }
      if isUpper(byte) {
        target[count] = UInt8(ascii: "_")
        target[count + 1] = byte + 32
        count += 2
      } else {
        guard isPlain(byte) else { return nil }
        target[count] = byte
        count += 1
      }
    }
    return UnsafeBufferPointer(start: target, count: count)
  }
}
