// Decides how a JSON value is written: compact, members in their order; and shortly, for sentences.

extension JSON: CustomStringConvertible {
  /// The value as compact JSON.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The value as compact JSON, in UTF-8.
  public var bytes: [UInt8] {
    var writer = JSONWriter(limit: .max)
    writer.write(self)
    return writer.bytes
  }

  /// The value as compact JSON of about so many bytes at most; what is cut off is an ellipsis.
  public func excerpt(_ limit: Int = 60) -> String {
    // A character may be as long as four bytes: what follows the last one that is shown does not matter.
    var writer = JSONWriter(limit: limit)
    writer.write(self)
    guard writer.bytes.count > limit else { return String(decoding: writer.bytes, as: UTF8.self) }
    return String(String(decoding: writer.bytes, as: UTF8.self).unicodeScalars.prefix(limit)) + "…"
  }
}

/// Writes JSON until there are more bytes than a limit.
private struct JSONWriter {
  let limit: Int
  var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func write(_ value: JSON) {
    if bytes.count > limit { return }
    switch value {
    case .null: write(word: "null")
    case .bool(let value): write(word: value ? "true" : "false")
    case .number(let number): bytes += number.description.utf8
    case .string(let string): write(string)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() where bytes.count <= limit {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(value)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for index in members.names.indices where bytes.count <= limit {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(members.names[index])
        bytes.append(UInt8(ascii: ":"))
        write(members.values[index])
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func write(word: StaticString) {
    word.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func write(_ string: JSONText) {
    bytes.append(UInt8(ascii: "\""))
    var text = string.text
    text.withUTF8 { write($0) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    // What needs no escape goes over in pieces.
    var start = 0
    for (index, byte) in text.enumerated() {
      let isPlain = byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      if isPlain, index - start < 4096 || byte & 0xC0 == 0x80 { continue }
      bytes.append(contentsOf: text[start..<index])
      start = isPlain ? index : index + 1
      if bytes.count > limit { return }
      if !isPlain { escape(byte) }
    }
    bytes.append(contentsOf: text[start...])
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\n"): write(word: "\\n")
    case UInt8(ascii: "\t"): write(word: "\\t")
    case UInt8(ascii: "\r"): write(word: "\\r")
    case 0..<0x20:
      write(word: byte < 0x10 ? "\\u000" : "\\u00")
      bytes += String(byte, radix: 16).utf8
    default: bytes += [UInt8(ascii: "\\"), byte]
    }
  }
}
