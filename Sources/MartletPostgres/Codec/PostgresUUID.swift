// Decides how this layer holds a UUID: two words, so that it needs no one else's type.

/// A UUID as two big-endian words; ordering is Postgres's.
public struct PostgresUUID: Hashable, Sendable, Comparable, PostgresValue {
  /// Bytes 0 to 7.
  public var high: UInt64
  /// Bytes 8 to 15.
  public var low: UInt64

  /// Puts both words together.
  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Compares as Postgres does: byte by byte.
  @inlinable public static func < (left: PostgresUUID, right: PostgresUUID) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  /// `uuid`.
  @inlinable public static var postgresType: PostgresType { .uuid }

  /// Sixteen bytes.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(high)
    buffer.appendInteger(low)
  }

  /// Sixteen bytes.
  @inlinable
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> PostgresUUID {
    guard cell.type == PostgresType.uuid.oid, cell.bytes.count == 16 else {
      throw cell.mismatch("uuid")
    }
    return PostgresUUID(
      high: UInt64(bigEndian: cell.bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: cell.bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }
}
