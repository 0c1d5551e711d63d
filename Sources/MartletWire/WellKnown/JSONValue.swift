// Decides that `google.protobuf.Value`, `Struct` and `ListValue` are a JSON value, a dictionary and an array.

import CProtobufC
import CWellKnownProto

/// A JSON object: `google.protobuf.Struct`.
public typealias JSONObject = [String: JSONValue]

/// Any JSON value: `google.protobuf.Value`. A Value without a kind, which the specification forbids, reads as null.
public enum JSONValue: WireMessage, Hashable {
  case null
  /// A number. Integers beyond 2⁵³ lose digits; send them as strings.
  case number(Double)
  case string(String)
  case bool(Bool)
  case object(JSONObject)
  case list([JSONValue])

  /// Null.
  public init() { self = .null }

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.value }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Value.self)
    switch c.pointee.kind_case.rawValue {
    case 2: self = .number(c.pointee.number_value)
    case 3: self = .string(try reader.string(c.pointee.string_value))
    case 4: self = .bool(c.pointee.bool_value != 0)
    case 5:
      self = .object(try reader.presentMessage(c.pointee.struct_value, JSONObject.self))
    case 6: self = .list(try reader.presentMessage(c.pointee.list_value, [JSONValue].self))
    default: self = .null
    }
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Value.self)
    google__protobuf__value__init(c)
    let kind: UInt32
    switch self {
    case .null:
      kind = 1
    case .number(let number):
      c.pointee.number_value = number
      kind = 2
    case .string(let text):
      c.pointee.string_value = writer.string(text)
      kind = 3
    case .bool(let flag):
      c.pointee.bool_value = flag ? 1 : 0
      kind = 4
    case .object(let object):
      c.pointee.struct_value = writer.message(object, JSONObject.self)
      kind = 5
    case .list(let list):
      c.pointee.list_value = writer.message(list, [JSONValue].self)
      kind = 6
    }
    c.pointee.kind_case = Google__Protobuf__Value__KindCase(rawValue: kind)
  }
}

extension Dictionary: Message, WireBridge, WireMessage where Key == String, Value == JSONValue {
  /// The value is the message itself.
  public typealias SwiftValue = Self

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.structure }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Struct.self)
    self = try reader.map(c.pointee.n_fields, c.pointee.fields) {
      (entry: UnsafeMutablePointer<Google__Protobuf__Struct__FieldsEntry>) throws(WireFault) in
      (
        try reader.string(entry.pointee.key),
        try reader.message(entry.pointee.value, JSONValue.self) ?? .null
      )
    }
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Struct.self)
    google__protobuf__struct__init(c)
    (c.pointee.n_fields, c.pointee.fields) = writer.map(self) {
      (entry: UnsafeMutablePointer<Google__Protobuf__Struct__FieldsEntry>, key, value) in
      google__protobuf__struct__fields_entry__init(entry)
      entry.pointee.key = writer.string(key)
      entry.pointee.value = writer.message(value, JSONValue.self)
    }
  }
}

extension Array: Message, WireBridge, WireMessage where Element == JSONValue {
  /// The value is the message itself.
  public typealias SwiftValue = Self

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.listValue }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__ListValue.self)
    self = try reader.messages(c.pointee.n_values, c.pointee.values, JSONValue.self)
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__ListValue.self)
    google__protobuf__list_value__init(c)
    (c.pointee.n_values, c.pointee.values) = writer.messages(self, JSONValue.self)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// True or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Null.
  public init(nilLiteral: ()) { self = .null }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
  /// The last of several values of a key counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements, uniquingKeysWith: { $1 }))
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as JSON, for logs.
  public var description: String { (try? jsonText()) ?? "null" }
}
