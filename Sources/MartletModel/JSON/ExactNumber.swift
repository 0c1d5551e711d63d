// Decides how numbers of JSON are compared and divided: as the decimal they are written as, never by way of a Double.

/// A decimal number of any length. `1`, `1.0` and `10e-1` are the same one.
public struct ExactNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whether it is below zero.
  let isNegative: Bool
  /// The decimal digits, 0 to 9, without zeros at either end; none for zero.
  let digits: [UInt8]
  /// The power of ten that the last digit counts.
  let exponent: Int

  /// The greatest power of ten, either way, that a number may be written with.
  static let greatestExponent = 1_000_000_000

  /// Takes an integer.
  public init(_ value: Int) { self.init(decimal: Array(String(value).utf8))! }

  /// Reads a number of JSON; nil when the text is none, or its exponent is beyond ±1,000,000,000.
  public init?(_ text: String) { self.init(decimal: Array(text.utf8)) }

  init?(decimal text: [UInt8]) {
    var at = 0
    var digits: [UInt8] = []
    var exponent = 0
    func digit() -> UInt8? {
      guard at < text.count, (0x30...0x39).contains(text[at]) else { return nil }
      return text[at] - 0x30
    }
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative { at = 1 }
    guard let first = digit() else { return nil }
    while let next = digit() {
      digits.append(next)
      at += 1
      if first == 0 { break }
    }
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at += 1
      let start = at
      while let next = digit() {
        digits.append(next)
        at += 1
      }
      guard at > start else { return nil }
      exponent = start - at
    }
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      let isDown = at < text.count && text[at] == UInt8(ascii: "-")
      if isDown || (at < text.count && text[at] == UInt8(ascii: "+")) { at += 1 }
      guard digit() != nil else { return nil }
      var power = 0
      while let next = digit() {
        power = min(power * 10 + Int(next), Self.greatestExponent + 1)
        at += 1
      }
      guard power <= Self.greatestExponent else { return nil }
      exponent += isDown ? -power : power
    }
    guard at == text.count else { return nil }
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    self.digits = digits
    self.isNegative = isNegative && !digits.isEmpty
    self.exponent = digits.isEmpty ? 0 : exponent
  }

  /// Whether nothing stands behind the decimal point.
  public var isInteger: Bool { exponent >= 0 }

  /// The number as an `Int`; nil when it has a fraction or does not fit.
  public var integer: Int? {
    guard isInteger, digits.count + exponent <= 19 else { return nil }
    var value = 0
    for place in 0..<(digits.count + exponent) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = place < digits.count ? Int(digits[place]) : 0
      let (sum, carry) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  /// Whether a number is less than another.
  public static func < (left: Self, right: Self) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative
      ? right.magnitude(isLessThan: left) : left.magnitude(isLessThan: right)
  }

  private func magnitude(isLessThan other: Self) -> Bool {
    if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
    let (size, otherSize) = (digits.count + exponent, other.digits.count + other.exponent)
    return size != otherSize ? size < otherSize : digits.lexicographicallyPrecedes(other.digits)
  }

  /// The most digits that a divisor may have.
  static let longestDivisor = 18

  /// Whether a divisor goes into the number without a rest. The divisor is above zero and has at most
  /// ``longestDivisor`` digits.
  func isMultiple(of divisor: Self) -> Bool {
    if digits.isEmpty { return true }
    // The last digit is no zero, so no power of ten is left to divide by.
    guard exponent >= divisor.exponent else { return false }
    let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    var rest: UInt64 = 0
    for digit in digits { rest = Self.product(rest, 10, plus: UInt64(digit), modulo: modulus) }
    var power = exponent - divisor.exponent
    var base: UInt64 = 10 % modulus
    while power > 0, rest != 0 {
      if power & 1 == 1 { rest = Self.product(rest, base, plus: 0, modulo: modulus) }
      base = Self.product(base, base, plus: 0, modulo: modulus)
      power >>= 1
    }
    return rest == 0
  }

  private static func product(
    _ left: UInt64, _ right: UInt64, plus addend: UInt64, modulo modulus: UInt64
  ) -> UInt64 {
    let wide = left.multipliedFullWidth(by: right)
    let (low, carry) = wide.low.addingReportingOverflow(addend)
    return modulus.dividingFullWidth((wide.high + (carry ? 1 : 0), low)).remainder
  }

  /// The number in JSON, plain where that is short.
  public var description: String {
    let sign = isNegative ? "-" : ""
    let text = digits.map { String($0) }.joined()
    if digits.isEmpty { return "0" }
    if exponent >= 0, digits.count + exponent <= 24 {
      return sign + text + String(repeating: "0", count: exponent)
    }
    if exponent < 0, exponent > -24 {
      let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + text
      return sign + padded.dropLast(-exponent) + "." + padded.suffix(-exponent)
    }
    return "\(sign)\(text)e\(exponent)"
  }
}
