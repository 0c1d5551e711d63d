// Decides how JSON text is put together: in the arena, without intermediate strings.

import Glibc

/// Growing bytes.
struct JSONOutput {
  private let arena: Arena
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(in arena: Arena) {
    self.arena = arena
    capacity = 1024
    base = arena.allocate(UInt8.self, count: capacity)
  }

  /// What was written so far.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if count &+ more > capacity { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let larger = max(capacity * 2, count + more)
    let target = arena.allocate(UInt8.self, count: larger)
    memcpy(target, base, count)
    base = target
    capacity = larger
  }

  /// Adds an ASCII character.
  @inline(__always)
  mutating func append(_ character: Unicode.Scalar) {
    reserve(1)
    base[count] = UInt8(truncatingIfNeeded: character.value)
    count &+= 1
  }

  /// Adds bytes as they are.
  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    memcpy(base + count, source, bytes.count)
    count &+= bytes.count
  }

  /// Adds text that needs no escapes.
  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Adds text that needs no escapes.
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Replaces the last character: the comma after the last member becomes the closing brace.
  mutating func replaceLast(_ old: Unicode.Scalar, with new: Unicode.Scalar) {
    if base[count &- 1] == UInt8(truncatingIfNeeded: old.value) { count &-= 1 }
    append(new)
  }

  /// Adds a decimal number.
  mutating func append(_ number: Int64) {
    if number < 0 { append("-") }
    append(number.magnitude)
  }

  /// Adds a decimal number.
  mutating func append(_ number: UInt64) {
    var rest = number
    var digits = 1
    while rest >= 10 {
      rest /= 10
      digits &+= 1
    }
    append(number, digits: digits)
  }

  /// Adds a decimal number of so many digits, with zeros in front.
  mutating func append(_ number: UInt64, digits: Int) {
    reserve(digits)
    var rest = number
    var position = count &+ digits
    count = position
    while position > count &- digits {
      position &-= 1
      base[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// Adds a quoted string with escapes where JSON asks for them.
  mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
    append("\"")
    var start = 0
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
        index &+= 1
        continue
      }
      append(UnsafeBufferPointer(rebasing: text[start..<index]))
      appendEscape(byte)
      index &+= 1
      start = index
    }
    append(start == 0 ? text : UnsafeBufferPointer(rebasing: text[start...]))
    append("\"")
  }

  private mutating func appendEscape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"" as StaticString)
    case UInt8(ascii: "\\"): append("\\\\" as StaticString)
    case 0x08: append("\\b" as StaticString)
    case 0x09: append("\\t" as StaticString)
    case 0x0a: append("\\n" as StaticString)
    case 0x0c: append("\\f" as StaticString)
    case 0x0d: append("\\r" as StaticString)
    default:
      let digits: StaticString = "0123456789abcdef"
      append("\\u00" as StaticString)
      append(Unicode.Scalar(digits.utf8Start[Int(byte >> 4)]))
      append(Unicode.Scalar(digits.utf8Start[Int(byte & 15)]))
    }
  }

  /// Adds bytes as a quoted base64 string.
  mutating func appendBase64(_ bytes: UnsafeRawBufferPointer) {
    let length = Base64.encodedCount(bytes.count)
    append("\"")
    reserve(length)
    Base64.encode(bytes, to: base + count)
    count &+= length
    append("\"")
  }
}
