// Decides how numbers in JSON text become integers and floating point: exactly, or not at all.

/// A number as written.
struct JSONNumber {
  /// The text, sign included.
  let text: UnsafeBufferPointer<UInt8>
  /// Where it ends in the text it was taken from.
  let end: Int
  /// Whether it has neither fraction nor exponent.
  let isPlain: Bool

  /// Takes the longest number by JSON's grammar; nil when there is none. A number goes to where its grammar ends:
  /// of `01` only the `0` is taken, and the `1` is then in the way of what has to follow.
  init?(prefixOf bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
    var index = start
    var isPlain = true
    func isDigit(_ index: Int) -> Bool {
      index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index &+= 1 }
    guard isDigit(index) else { return nil }
    if bytes[index] == UInt8(ascii: "0") {
      index &+= 1
    } else {
      while isDigit(index) { index &+= 1 }
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      isPlain = false
      index &+= 1
      guard isDigit(index) else { return nil }
      while isDigit(index) { index &+= 1 }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isPlain = false
      index &+= 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
      {
        index &+= 1
      }
      guard isDigit(index) else { return nil }
      while isDigit(index) { index &+= 1 }
    }
    text = UnsafeBufferPointer(rebasing: bytes[start..<index])
    end = index
    self.isPlain = isPlain
  }

  /// Takes a whole text as a number, as in `"12"`.
  init?(whole text: UnsafeBufferPointer<UInt8>) {
    self.init(prefixOf: text, at: 0)
    guard end == text.count else { return nil }
  }

  private var isNegative: Bool { text[0] == UInt8(ascii: "-") }

  /// The number as an integer; nil when it is none or does not fit. `1e3` and `5.0` are integers.
  func integer<I: FixedWidthInteger>(as type: I.Type) -> I? {
    guard let magnitude = isPlain ? plainMagnitude() : scaledMagnitude() else { return nil }
    if !isNegative { return I(exactly: magnitude) }
    if I.isSigned {
      if magnitude == UInt64(I.max) + 1 { return I.min }
      return I(exactly: magnitude).map { 0 &- $0 }
    }
    return magnitude == 0 ? 0 : nil
  }

  private func plainMagnitude() -> UInt64? {
    var magnitude: UInt64 = 0
    for byte in text[(isNegative ? 1 : 0)...] {
      guard Self.add(byte, to: &magnitude) else { return nil }
    }
    return magnitude
  }

  private static func add(_ byte: UInt8, to magnitude: inout UInt64) -> Bool {
    let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
    magnitude = sum
    return !overflow && !carry
  }

  /// Shifts the decimal point by the exponent; what then stands behind it must be zeros.
  private func scaledMagnitude() -> UInt64? {
    var exponent = 0
    var mantissa = text[...]
    if let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      mantissa = text[..<mark]
      // Anything beyond this is zero or overflow, whatever the exact exponent is.
      let limit = 1 << 32
      var isDown = false
      for byte in text[(mark + 1)...] {
        if byte == UInt8(ascii: "-") { isDown = true }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { continue }
        exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), limit)
      }
      if isDown { exponent = -exponent }
    }
    if isNegative { mantissa = mantissa.dropFirst() }
    let wholeDigits = mantissa.firstIndex(of: UInt8(ascii: ".")).map { $0 - mantissa.startIndex }
    var place = (wholeDigits ?? mantissa.count) + exponent
    var magnitude: UInt64 = 0
    for byte in mantissa where byte != UInt8(ascii: ".") {
      if place > 0 {
        guard Self.add(byte, to: &magnitude) else { return nil }
      } else if byte != UInt8(ascii: "0") {
        return nil
      }
      place -= 1
    }
    while place > 0, magnitude > 0 {
      guard Self.add(UInt8(ascii: "0"), to: &magnitude) else { return nil }
      place -= 1
    }
    return magnitude
  }

  /// The nearest double; nil when it is beyond the greatest one.
  func double() -> Double? {
    // Up to 15 digits are exact.
    if isPlain, text.count <= 15, let magnitude = plainMagnitude() {
      return isNegative ? -Double(magnitude) : Double(magnitude)
    }
    return Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The nearest float; nil when it is beyond the greatest one.
  func float() -> Float? {
    Float(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }
}
