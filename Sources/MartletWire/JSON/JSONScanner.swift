// Decides what is JSON: RFC 8259 to the letter, no comments, no trailing commas, no text after the value.

import Glibc

/// A cursor over JSON text that yields tokens.
struct JSONScanner {
  private let base: UnsafePointer<UInt8>
  private let count: Int
  var position = 0

  /// What may come next.
  enum Next {
    case object, array, string, number, literal, end, other
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    // An empty buffer may have no address; nothing is ever read from this one.
    base =
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      ?? UnsafePointer(Self.nothing)
    count = bytes.count
  }

  nonisolated(unsafe) private static let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

  @inline(__always)
  mutating func skipSpace() {
    while position < count {
      switch base[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position &+= 1
      default: return
      }
    }
  }

  /// Skips space and tells what begins there.
  mutating func next() -> Next {
    skipSpace()
    guard position < count else { return .end }
    switch base[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
    default: return .other
    }
  }

  /// Skips space, then takes a character if it is the next.
  @inline(__always)
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < count, base[position] == UInt8(truncatingIfNeeded: character.value) else {
      return false
    }
    position &+= 1
    return true
  }

  /// Takes a word such as `null` if it is next.
  mutating func take(word: StaticString) -> Bool {
    skipSpace()
    let length = word.utf8CodeUnitCount
    guard position &+ length <= count, memcmp(base + position, word.utf8Start, length) == 0 else {
      return false
    }
    position &+= length
    return true
  }

  /// Takes a number by JSON's grammar; nil when there is none.
  mutating func number() -> JSONNumber? {
    skipSpace()
    guard
      let number = JSONNumber(
        prefixOf: UnsafeBufferPointer(start: base, count: count), at: position)
    else { return nil }
    position = number.end
    return number
  }

  /// Why a string cannot be read.
  enum StringFault: Error {
    case missing, unterminated, control, escape, surrogate, nul, utf8
  }

  /// Takes a string and resolves its escapes. Without escapes the result points into the text.
  mutating func string(in arena: Arena) throws(StringFault) -> UnsafeBufferPointer<UInt8> {
    guard take("\"") else { throw .missing }
    let start = position
    var isASCII = true
    while position < count {
      let byte = base[position]
      if byte == UInt8(ascii: "\"") {
        let text = UnsafeBufferPointer(start: base + start, count: position &- start)
        position &+= 1
        return try checked(text, isASCII: isASCII)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start, in: arena) }
      guard byte >= 0x20 else { throw .control }
      if byte >= 0x80 { isASCII = false }
      position &+= 1
    }
    throw .unterminated
  }

  private func checked(_ text: UnsafeBufferPointer<UInt8>, isASCII: Bool) throws(StringFault)
    -> UnsafeBufferPointer<UInt8>
  {
    guard isASCII || UTF8Check.isValid(UnsafeRawBufferPointer(text)) else { throw .utf8 }
    return text
  }

  /// Goes on at the first escape of a string that begins at `start`.
  private mutating func escapedString(from start: Int, in arena: Arena) throws(StringFault)
    -> UnsafeBufferPointer<UInt8>
  {
    let length = try lengthOfString(from: position) &+ (position &- start)
    // Escapes only shrink.
    let target = arena.allocate(UInt8.self, count: length)
    var written = position &- start
    memcpy(target, base + start, written)
    while base[position] != UInt8(ascii: "\"") {
      let byte = base[position]
      position &+= 1
      if byte == UInt8(ascii: "\\") {
        written &+= try escape(to: target + written)
      } else {
        target[written] = byte
        written &+= 1
      }
    }
    position &+= 1
    return try checked(UnsafeBufferPointer(start: target, count: written), isASCII: false)
  }

  /// How many bytes there are up to the closing quote.
  private func lengthOfString(from start: Int) throws(StringFault) -> Int {
    var index = start
    while index < count {
      switch base[index] {
      case UInt8(ascii: "\""): return index &- start
      case UInt8(ascii: "\\"): index &+= 2
      case 0..<0x20: throw .control
      default: index &+= 1
      }
    }
    throw .unterminated
  }

  /// Writes what an escape stands for; the position is after the backslash, and a closing quote follows somewhere.
  private mutating func escape(to target: UnsafeMutablePointer<UInt8>) throws(StringFault) -> Int {
    let kind = base[position]
    position &+= 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): target[0] = kind
    case UInt8(ascii: "b"): target[0] = 0x08
    case UInt8(ascii: "f"): target[0] = 0x0c
    case UInt8(ascii: "n"): target[0] = 0x0a
    case UInt8(ascii: "r"): target[0] = 0x0d
    case UInt8(ascii: "t"): target[0] = 0x09
    case UInt8(ascii: "u"): return try unicodeEscape(to: target)
    default: throw .escape
    }
    return 1
  }

  private mutating func unicodeEscape(to target: UnsafeMutablePointer<UInt8>) throws(StringFault)
    -> Int
  {
    let unit = try hexUnit()
    var code = unit
    if (0xd800..<0xdc00).contains(unit) {
      guard base[position] == UInt8(ascii: "\\"), base[position &+ 1] == UInt8(ascii: "u") else {
        throw .surrogate
      }
      position &+= 2
      let low = try hexUnit()
      guard (0xdc00..<0xe000).contains(low) else { throw .surrogate }
      code = 0x10000 &+ (unit &- 0xd800) << 10 &+ (low &- 0xdc00)
    } else if (0xdc00..<0xe000).contains(unit) {
      throw .surrogate
    }
    guard code != 0 else { throw .nul }
    guard let scalar = Unicode.Scalar(code) else { throw .escape }
    var length = 0
    for byte in UTF8.encode(scalar).unsafelyUnwrapped {
      target[length] = byte
      length &+= 1
    }
    return length
  }

  /// Four hexadecimal digits. A quote among them is no digit, so the end is never passed.
  private mutating func hexUnit() throws(StringFault) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let byte = base[position]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
      default: throw .escape
      }
      unit = unit << 4 | UInt32(digit)
      position &+= 1
    }
    return unit
  }
}
