// Decides what is accepted for each kind of scalar: numbers and strings of numbers, enums by name or number, both
// alphabets of base64.

import CProtobufC

extension JSONReader {
  /// Reads a scalar; false when it is to be ignored.
  mutating func scalar(into target: UnsafeMutableRawPointer, _ kind: FieldKind) throws(WireFault)
    -> Bool
  {
    switch kind {
    case .string: target.storeBytes(of: data(try text()), as: ProtobufCBinaryData.self)
    case .bytes: target.storeBytes(of: try bytes(), as: ProtobufCBinaryData.self)
    case .bool:
      let isTrue = try bool()
      target.storeBytes(of: isTrue ? 1 : 0, as: protobuf_c_boolean.self)
    case .int32: try store(integer(as: Int32.self), to: target)
    case .int64: try store(integer(as: Int64.self), to: target)
    case .uint32: try store(integer(as: UInt32.self), to: target)
    case .uint64: try store(integer(as: UInt64.self), to: target)
    case .double: try store(double(), to: target)
    case .float: try store(float(), to: target)
    case .enumeration(let schema):
      guard let number = try enumeration(schema()) else { return false }
      try store(number, to: target)
    case .message: throw fail(.malformed, "a message is no scalar")
    }
    return true
  }

  private func store<T: BitwiseCopyable>(_ value: T, to target: UnsafeMutableRawPointer)
    throws(WireFault)
  {
    target.storeBytes(of: value, as: T.self)
  }

  func data(_ text: UnsafeBufferPointer<UInt8>) -> ProtobufCBinaryData {
    ProtobufCBinaryData(len: text.count, data: UnsafeMutablePointer(mutating: text.baseAddress))
  }

  /// Reads a string, wherever it is.
  mutating func string() throws(WireFault) -> UnsafeBufferPointer<UInt8> {
    do throws(JSONScanner.StringFault) {
      return try scanner.string(in: arena)
    } catch {
      throw switch error {
      case .missing: mismatch("a string")
      case .unterminated: fail(.truncated, "a string does not end")
      case .control: fail(.malformed, "a control character in a string must be escaped")
      case .escape: fail(.malformed, "a string holds an escape that JSON does not know")
      case .surrogate: fail(.invalidUTF8, "a string holds half of a surrogate pair")
      case .nul: fail(.embeddedNUL, FaultLocation.embeddedNUL("").message)
      case .utf8: fail(.invalidUTF8, FaultLocation.invalidUTF8("").message)
      }
    }
  }

  /// Reads the string that a field asks for.
  mutating func text() throws(WireFault) -> UnsafeBufferPointer<UInt8> {
    guard scanner.next() == .string else { throw mismatch("a string") }
    return try string()
  }

  private mutating func bytes() throws(WireFault) -> ProtobufCBinaryData {
    let text = try text()
    let target = arena.allocate(UInt8.self, count: text.count / 4 * 3 + 3)
    guard let count = Base64.decode(UnsafeRawBufferPointer(text), to: target) else {
      throw fail(.typeMismatch, "the string is not base64")
    }
    return ProtobufCBinaryData(len: count, data: target)
  }

  mutating func bool() throws(WireFault) -> Bool {
    if scanner.take(word: "true") { return true }
    if scanner.take(word: "false") { return false }
    throw mismatch("true or false")
  }

  /// Reads a number, in quotes or not.
  private mutating func number(_ expected: String) throws(WireFault) -> JSONNumber {
    switch scanner.next() {
    case .number:
      guard let number = scanner.number() else { throw fail(.malformed, "a number is malformed") }
      return number
    case .string:
      let text = try string()
      guard let number = JSONNumber(whole: text) else {
        throw fail(
          .typeMismatch, "expected \(expected), found the string \"\(Self.excerpt(text))\"")
      }
      return number
    default: throw mismatch(expected)
    }
  }

  /// At most 40 bytes of a text, for messages.
  static func excerpt(_ text: UnsafeBufferPointer<UInt8>) -> String {
    String(decoding: text.prefix(40), as: UTF8.self) + (text.count > 40 ? "…" : "")
  }

  private mutating func integer<I: FixedWidthInteger>(as type: I.Type) throws(WireFault) -> I {
    let number = try number("an integer")
    guard let integer = number.integer(as: type) else {
      throw fail(
        .outOfRange,
        "\(Self.excerpt(number.text)) is not an integer from \(I.min) to \(I.max)")
    }
    return integer
  }

  mutating func double() throws(WireFault) -> Double {
    if let special = try special() { return special }
    let number = try number("a number")
    guard let double = number.double() else {
      throw fail(.outOfRange, "\(Self.excerpt(number.text)) is beyond the greatest double")
    }
    return double
  }

  private mutating func float() throws(WireFault) -> Float {
    if let special = try special() { return Float(special) }
    let number = try number("a number")
    guard let float = number.float() else {
      throw fail(.outOfRange, "\(Self.excerpt(number.text)) is beyond the greatest float")
    }
    return float
  }

  private mutating func special() throws(WireFault) -> Double? {
    guard scanner.next() == .string else { return nil }
    if scanner.take(word: "\"NaN\"") { return .nan }
    if scanner.take(word: "\"Infinity\"") { return .infinity }
    if scanner.take(word: "\"-Infinity\"") { return -.infinity }
    return nil
  }

  private mutating func enumeration(_ schema: EnumSchema) throws(WireFault) -> Int32? {
    switch scanner.next() {
    case .string:
      let name = String(decoding: try string(), as: UTF8.self)
      if let number = schema.number(of: name) { return number }
      if options.ignoreUnknownFields { return nil }
      throw fail(.typeMismatch, "\(schema.fullName) has no value \(name.prefix(40))")
    case .number: return try integer(as: Int32.self)
    default:
      if schema === NullValue.schema, scanner.take(word: "null") { return 0 }
      throw mismatch("a name or number of \(schema.fullName)")
    }
  }

  /// Reads the key of a map, which in JSON is always a string.
  mutating func mapKey(
    _ key: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawPointer, _ kind: FieldKind
  ) throws(WireFault) {
    switch kind {
    case .string: target.storeBytes(of: data(key), as: ProtobufCBinaryData.self)
    case .int32: try store(integerKey(key, as: Int32.self), to: target)
    case .int64: try store(integerKey(key, as: Int64.self), to: target)
    case .uint32: try store(integerKey(key, as: UInt32.self), to: target)
    case .uint64: try store(integerKey(key, as: UInt64.self), to: target)
    default:
      let isTrue = key.elementsEqual("true".utf8)
      guard isTrue || key.elementsEqual("false".utf8) else {
        throw fail(.typeMismatch, "the key of this map must be \"true\" or \"false\"")
      }
      target.storeBytes(of: isTrue ? 1 : 0, as: protobuf_c_boolean.self)
    }
  }

  private mutating func integerKey<I: FixedWidthInteger>(
    _ key: UnsafeBufferPointer<UInt8>, as type: I.Type
  ) throws(WireFault) -> I {
    guard let number = JSONNumber(whole: key) else {
      throw fail(.typeMismatch, "the key of this map must be an integer in quotes")
    }
    guard let integer = number.integer(as: type) else {
      throw fail(.outOfRange, "the key of this map must be an integer from \(I.min) to \(I.max)")
    }
    return integer
  }
}
