// Decides that the wrappers of google.protobuf are plain optional values in Swift.

import CProtobufC
import CWellKnownProto

/// Bridges `google.protobuf.DoubleValue`.
public enum WrappedDouble: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.doubleValue }
  /// The value of an absent message.
  public static var emptyValue: Double { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> Double {
    raw.assumingMemoryBound(to: Google__Protobuf__DoubleValue.self).pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: Double, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__DoubleValue.self)
    google__protobuf__double_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.FloatValue`.
public enum WrappedFloat: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.floatValue }
  /// The value of an absent message.
  public static var emptyValue: Float { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> Float {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FloatValue.self)
    return c.pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: Float, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FloatValue.self)
    google__protobuf__float_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.Int64Value`.
public enum WrappedInt64: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.int64Value }
  /// The value of an absent message.
  public static var emptyValue: Int64 { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> Int64 {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Int64Value.self)
    return c.pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: Int64, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Int64Value.self)
    google__protobuf__int64_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.UInt64Value`.
public enum WrappedUInt64: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.uint64Value }
  /// The value of an absent message.
  public static var emptyValue: UInt64 { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> UInt64 {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__UInt64Value.self)
    return c.pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: UInt64, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__UInt64Value.self)
    google__protobuf__uint64_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.Int32Value`.
public enum WrappedInt32: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.int32Value }
  /// The value of an absent message.
  public static var emptyValue: Int32 { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> Int32 {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Int32Value.self)
    return c.pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: Int32, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Int32Value.self)
    google__protobuf__int32_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.UInt32Value`.
public enum WrappedUInt32: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.uint32Value }
  /// The value of an absent message.
  public static var emptyValue: UInt32 { 0 }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> UInt32 {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__UInt32Value.self)
    return c.pointee.value
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: UInt32, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__UInt32Value.self)
    google__protobuf__uint32_value__init(c)
    c.pointee.value = value
  }
}

/// Bridges `google.protobuf.BoolValue`.
public enum WrappedBool: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.boolValue }
  /// The value of an absent message.
  public static var emptyValue: Bool { false }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> Bool {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__BoolValue.self)
    return c.pointee.value != 0
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: Bool, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__BoolValue.self)
    google__protobuf__bool_value__init(c)
    c.pointee.value = value ? 1 : 0
  }
}

/// Bridges `google.protobuf.StringValue`.
public enum WrappedString: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.stringValue }
  /// The value of an absent message.
  public static var emptyValue: String { "" }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault)
    -> String
  {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__StringValue.self)
    return try reader.string(c.pointee.value)
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(_ value: String, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__StringValue.self)
    google__protobuf__string_value__init(c)
    c.pointee.value = writer.string(value)
  }
}

/// Bridges `google.protobuf.BytesValue`.
public enum WrappedBytes: WireBridge {
  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.bytesValue }
  /// The value of an absent message.
  public static var emptyValue: [UInt8] { [] }
  /// Reads the C struct that protobuf-c decoded.
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) -> [UInt8] {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__BytesValue.self)
    return reader.bytes(c.pointee.value)
  }
  /// Fills the C struct that protobuf-c encodes.
  public static func write(
    _ value: [UInt8], to raw: UnsafeMutableRawPointer, _ writer: WireWriter
  ) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__BytesValue.self)
    google__protobuf__bytes_value__init(c)
    c.pointee.value = writer.bytes(value)
  }
}
