// Decides which texts are JSON: RFC 8259 to the letter, up to a depth. Of members with one name the last counts, as in
// Postgres's jsonb.

/// Why a text is no JSON.
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where, in bytes of UTF-8.
  public let offset: Int
  /// What is wrong there.
  public let problem: String

  /// The sentence.
  public var description: String { "byte \(offset): \(problem)" }
}

extension JSON {
  /// How deep lists and objects may be nested: as deep as they may arrive over the wire.
  public static let greatestDepth = 100

  /// Reads a text.
  /// - Throws: where it is no JSON, or too deep.
  public init(parsing text: String) throws(JSONFault) {
    var parser = JSONParser(bytes: Array(text.utf8))
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONFault) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw fault("something follows the value") }
    return value
  }

  func fault(_ problem: String) -> JSONFault { JSONFault(offset: at, problem: problem) }

  mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  mutating func next() throws(JSONFault) -> UInt8 {
    skipSpace()
    guard at < bytes.count else { throw fault("the text ends too early") }
    return bytes[at]
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(JSONFault) {
    guard try next() == UInt8(ascii: byte) else { throw fault("expected \"\(byte)\"") }
    at += 1
  }

  mutating func value(depth: Int) throws(JSONFault) -> JSON {
    guard depth <= JSON.greatestDepth else { throw fault("is nested too deep") }
    switch try next() {
    case UInt8(ascii: "{"):
      at += 1
      var members = JSONMembers()
      while try next() != UInt8(ascii: "}") {
        if members.count > 0 { try expect(",") }
        _ = try next()
        let name = try string()
        try expect(":")
        members.set(JSONText(name), to: try value(depth: depth + 1))
      }
      at += 1
      return .object(members)
    case UInt8(ascii: "["):
      at += 1
      var values: [JSON] = []
      while try next() != UInt8(ascii: "]") {
        if !values.isEmpty { try expect(",") }
        values.append(try value(depth: depth + 1))
      }
      at += 1
      return .array(values)
    case UInt8(ascii: "\""): return .string(JSONText(try string()))
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  mutating func word(_ word: StaticString, _ value: JSON) throws(JSONFault) -> JSON {
    let end = at + word.utf8CodeUnitCount
    let isThere = word.withUTF8Buffer { end <= bytes.count && bytes[at..<end].elementsEqual($0) }
    guard isThere else { throw fault("is no value of JSON") }
    at = end
    return value
  }

  mutating func number() throws(JSONFault) -> JSON {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) || "+-.eE".utf8.contains(bytes[at]) {
      at += 1
    }
    guard let number = ExactNumber(decimal: Array(bytes[start..<at])) else {
      at = start
      throw fault("is no value of JSON")
    }
    return .number(number)
  }

  mutating func string() throws(JSONFault) -> String {
    guard bytes[at] == UInt8(ascii: "\"") else { throw fault("expected a text") }
    at += 1
    let start = at
    while at < bytes.count, isPlain(bytes[at]) { at += 1 }
    if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
      defer { at += 1 }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }
    var text = Array(bytes[start..<at])
    while true {
      guard at < bytes.count else { throw fault("the text ends too early") }
      let byte = bytes[at]
      guard byte >= 0x20 else { throw fault("a control character must be escaped") }
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard at < bytes.count else { throw fault("the text ends too early") }
      at += 1
      switch bytes[at - 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[at - 1])
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "u"): text += String(Character(try escaped())).utf8
      default: throw fault("is no escape of JSON")
      }
    }
  }

  /// Whether a byte of a text stands for itself.
  private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  mutating func escaped() throws(JSONFault) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { throw fault("half of a surrogate pair is no character") }
    at += 2
    let low = try hexadecimal()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
    else { throw fault("half of a surrogate pair is no character") }
    return scalar
  }

  mutating func hexadecimal() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
        throw fault("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}
