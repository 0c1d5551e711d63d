// Decides the Swift forms of `google.protobuf.FieldMask`, `Empty` and `NullValue`.

import CProtobufC
import CWellKnownProto

/// Names of fields: `google.protobuf.FieldMask`.
public struct FieldMask: WireMessage, Hashable, ExpressibleByArrayLiteral {
  /// Paths as declared in the .proto file, for example `labels` or `retry.max_attempts`.
  public var paths: [String]

  /// No fields.
  public init() { paths = [] }

  /// Some fields.
  public init(paths: [String]) { self.paths = paths }

  /// Some paths.
  public init(arrayLiteral elements: String...) { paths = elements }

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.fieldMask }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FieldMask.self)
    paths = try reader.strings(c.pointee.n_paths, c.pointee.paths)
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FieldMask.self)
    google__protobuf__field_mask__init(c)
    (c.pointee.n_paths, c.pointee.paths) = writer.strings(paths)
  }
}

/// Nothing: `google.protobuf.Empty`.
public struct Empty: WireMessage, Hashable {
  /// Nothing.
  public init() {}

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.empty }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {}

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    google__protobuf__empty__init(raw.assumingMemoryBound(to: Google__Protobuf__Empty.self))
  }
}

/// The null of JSON as an enum: `google.protobuf.NullValue`.
public enum NullValue: ProtoEnum {
  case nullValue
  /// A number that the enum does not have.
  case unrecognized(Int32)

  /// The case of a number.
  public init(rawValue: Int32) { self = rawValue == 0 ? .nullValue : .unrecognized(rawValue) }

  /// The number on the wire.
  public var rawValue: Int32 {
    switch self {
    case .nullValue: 0
    case .unrecognized(let number): number
    }
  }

  /// Every known case.
  public static let allCases: [Self] = [.nullValue]

  /// Names and numbers.
  public static let schema = EnumSchema("google.protobuf.NullValue", [(0, "NULL_VALUE")])
}
