// Decides the binary form of Swift's own types.

extension Bool: PostgresValue {
  /// `boolean`.
  @inlinable public static var postgresType: PostgresType { .bool }
  /// One byte.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendByte(self ? 1 : 0)
  }
  /// One byte.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Bool
  {
    guard cell.type == PostgresType.bool.oid, cell.bytes.count == 1 else {
      throw cell.mismatch("boolean")
    }
    return cell.bytes[0] != 0
  }
}

extension Int16: PostgresValue {
  /// `smallint`.
  @inlinable public static var postgresType: PostgresType { .int2 }
  /// Two bytes, big-endian.
  @inlinable public func encode(into buffer: inout ParameterBuffer) { buffer.appendInteger(self) }
  /// Two bytes, big-endian.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> Int16
  {
    try cell.integer(Int16.self, type: .int2)
  }
}

extension Int32: PostgresValue {
  /// `integer`.
  @inlinable public static var postgresType: PostgresType { .int4 }
  /// Four bytes, big-endian.
  @inlinable public func encode(into buffer: inout ParameterBuffer) { buffer.appendInteger(self) }
  /// Four bytes, big-endian; a `smallint` is widened.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> Int32
  {
    if cell.type == PostgresType.int2.oid { return Int32(try Int16.decode(cell)) }
    return try cell.integer(Int32.self, type: .int4)
  }
}

extension Int64: PostgresValue {
  /// `bigint`.
  @inlinable public static var postgresType: PostgresType { .int8 }
  /// Eight bytes, big-endian.
  @inlinable public func encode(into buffer: inout ParameterBuffer) { buffer.appendInteger(self) }
  /// Eight bytes, big-endian; narrower integers are widened, an `xid8` is taken as it is.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> Int64
  {
    switch cell.type {
    case PostgresType.int8.oid: return try cell.integer(Int64.self, type: .int8)
    case PostgresType.xid8.oid: return try cell.integer(Int64.self, type: .xid8)
    default: return Int64(try Int32.decode(cell))
    }
  }
}

extension Double: PostgresValue {
  /// `double precision`.
  @inlinable public static var postgresType: PostgresType { .float8 }
  /// IEEE 754, big-endian.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(bitPattern)
  }
  /// IEEE 754, big-endian.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> Double
  {
    Double(bitPattern: try cell.integer(UInt64.self, type: .float8))
  }
}

extension String: PostgresValue {
  /// `text`.
  @inlinable public static var postgresType: PostgresType { .text }
  /// UTF-8. A NUL is sent as it is and refused by the server as a `dataError`.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    var copy = self
    copy.withUTF8 { buffer.appendBytes(UnsafeRawBufferPointer($0)) }
  }
  /// UTF-8 from `text` and its kin, or the label of a user-defined enum.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> String
  {
    switch cell.type {
    // text, varchar, bpchar, name, json, unknown; 16384 is the first OID of a user's type.
    case 25, 1043, 1042, 19, 114, 705, 16384...: return String(decoding: cell.bytes, as: UTF8.self)
    default: throw cell.mismatch("text")
    }
  }
}

extension Array: PostgresValue where Element == UInt8 {
  /// `bytea`.
  @inlinable public static var postgresType: PostgresType { .bytea }
  /// The bytes.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    withUnsafeBytes { buffer.appendBytes($0) }
  }
  /// The bytes.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError)
    -> [UInt8]
  {
    guard cell.type == PostgresType.bytea.oid else { throw cell.mismatch("bytea") }
    return [UInt8](cell.bytes)
  }
}
