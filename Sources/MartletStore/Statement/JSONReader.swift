// Decides how JSON text from the database is read: it is jsonb's own output, so it is well-formed.

import MartletPostgres

extension JSONValue {
  /// Reads a document that Postgres wrote.
  /// - Throws: `decodingError` where it is not JSON after all.
  init(_ document: PostgresJSON) throws(PostgresError) {
    var reader = JSONReader(bytes: document.utf8)
    self = try reader.value(depth: 0)
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  func malformed() -> PostgresError {
    PostgresError(.decodingError, "a jsonb column holds no JSON at byte \(at)")
  }

  mutating func next() throws(PostgresError) -> UInt8 {
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    guard at < bytes.count else { throw malformed() }
    return bytes[at]
  }

  mutating func value(depth: Int) throws(PostgresError) -> JSONValue {
    guard depth < 200 else { throw malformed() }
    switch try next() {
    case UInt8(ascii: "{"):
      at += 1
      var members: [(key: String, value: JSONValue)] = []
      while try next() != UInt8(ascii: "}") {
        if !members.isEmpty { try expect(",") }
        _ = try next()
        let key = try string()
        try expect(":")
        members.append((key, try value(depth: depth + 1)))
      }
      at += 1
      return .object(members)
    case UInt8(ascii: "["):
      at += 1
      var values: [JSONValue] = []
      while try next() != UInt8(ascii: "]") {
        if !values.isEmpty { try expect(",") }
        values.append(try value(depth: depth + 1))
      }
      at += 1
      return .array(values)
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  mutating func expect(_ character: Unicode.Scalar) throws(PostgresError) {
    guard try next() == UInt8(ascii: character) else { throw malformed() }
    at += 1
  }

  mutating func word() throws(PostgresError) -> JSONValue {
    let start = at
    while at < bytes.count, ![0x2C, 0x5D, 0x7D, 0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) {
      at += 1
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    switch text {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      if let integer = Int64(text) { return .integer(integer) }
      guard Double(text) != nil else { throw malformed() }
      return .number(text)
    }
  }

  mutating func string() throws(PostgresError) -> String {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw malformed() }
    at += 1
    var text: [UInt8] = []
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      guard bytes[at] == UInt8(ascii: "\\") else {
        text.append(bytes[at])
        at += 1
        continue
      }
      at += 1
      guard at < bytes.count else { throw malformed() }
      at += 1
      switch bytes[at - 1] {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      // jsonb writes every character but controls as itself, so there are no surrogate pairs.
      case UInt8(ascii: "u"):
        guard at + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw malformed() }
        at += 4
        text += String(Character(scalar)).utf8
      case let other: text.append(other)
      }
    }
    guard at < bytes.count else { throw malformed() }
    at += 1
    return String(decoding: text, as: UTF8.self)
  }
}
