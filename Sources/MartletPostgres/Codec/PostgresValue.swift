// Decides the contract between a Swift type and Postgres's binary format.

/// A Swift type with a Postgres type and a binary form.
///
/// Types over a raw value that is one (`enum Kind: Int16`) get the conformance for free.
public protocol PostgresValue: Sendable {
  /// The Postgres type that is sent and expected.
  static var postgresType: PostgresType { get }

  /// Appends the value's binary form, without a length.
  func encode(into buffer: inout ParameterBuffer)

  /// Reads the value back.
  /// - Throws: ``PostgresError`` of kind `decodingError` if the cell has another type or shape.
  static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self
}

extension PostgresValue where Self: RawRepresentable, RawValue: PostgresValue {
  /// The raw value's type.
  @inlinable public static var postgresType: PostgresType { RawValue.postgresType }

  /// Appends the raw value.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    rawValue.encode(into: &buffer)
  }

  /// Reads the raw value; one without a case is a `decodingError`.
  @inlinable public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self
  {
    let raw = try RawValue.decode(cell)
    guard let value = Self(rawValue: raw) else {
      throw cell.mismatch("\(Self.self), not \(raw)")
    }
    return value
  }
}

/// One non-null cell of a result, valid only while its result is.
public struct PostgresCell: ~Copyable {
  /// The binary value.
  public let bytes: UnsafeRawBufferPointer
  /// The column's type OID; for an element of an array, the element's.
  public let type: UInt32
  /// The column's number from 0.
  public let column: Int

  @inlinable init(bytes: UnsafeRawBufferPointer, type: UInt32, column: Int) {
    self.bytes = bytes
    self.type = type
    self.column = column
  }

  /// The error for a cell that is not `expected`.
  public func mismatch(_ expected: String) -> PostgresError {
    PostgresError(
      .decodingError,
      "column \(column): expected \(expected); it has type OID \(type) and \(bytes.count) bytes")
  }

  /// Reads a big-endian integer that fills the cell.
  @inlinable public func integer<T: FixedWidthInteger>(
    _: T.Type, type expected: PostgresType
  ) throws(PostgresError) -> T {
    guard type == expected.oid, bytes.count == MemoryLayout<T>.size else {
      throw mismatch("\(T.self)")
    }
    return T(bigEndian: bytes.loadUnaligned(as: T.self))
  }
}
