// Decides which bytes may stand in a field name and a field value (RFC 9110, 5.5 and 5.6.2).

/// The grammar of fields, byte by byte.
enum FieldSyntax {
  /// True for a non-empty run of token characters.
  static func isToken(_ name: UnsafeRawBufferPointer) -> Bool {
    !name.isEmpty && name.allSatisfy(isTokenByte)
  }

  /// `tchar` of RFC 9110, 5.6.2.
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
      UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
      UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// True for the bytes that could end a line of a header section.
  static func isLineBreaking(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A || byte == 0 }

  /// The byte with `A` to `Z` made small.
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }
}
