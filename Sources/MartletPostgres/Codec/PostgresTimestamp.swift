// Decides how this layer holds an instant: Postgres's own microseconds since 2000, nothing lost.

/// A `timestamptz`: microseconds since 2000-01-01 00:00 UTC.
public struct PostgresTimestamp: Hashable, Sendable, Comparable, PostgresValue {
  /// Microseconds since 2000-01-01 00:00 UTC; `Int64.min` and `.max` are Postgres's infinities.
  public var microseconds: Int64

  /// Seconds from the Unix epoch to Postgres's.
  public static let epochOffsetSeconds: Int64 = 946_684_800

  /// Takes Postgres's own count.
  @inlinable public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Takes microseconds since 1970, clamped to Postgres's range of finite values.
  @inlinable public init(unixMicroseconds: Int64) {
    let (value, overflow) = unixMicroseconds.subtractingReportingOverflow(
      PostgresTimestamp.epochOffsetSeconds * 1_000_000)
    microseconds = overflow ? .min + 1 : value
  }

  /// Microseconds since 1970, clamped to 64 bits.
  @inlinable public var unixMicroseconds: Int64 {
    let (value, overflow) = microseconds.addingReportingOverflow(
      PostgresTimestamp.epochOffsetSeconds * 1_000_000)
    return overflow ? .max : value
  }

  /// Later than everything.
  public static let infinity = PostgresTimestamp(microseconds: .max)
  /// Earlier than everything.
  public static let negativeInfinity = PostgresTimestamp(microseconds: .min)

  /// Earlier first.
  @inlinable public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// `timestamp with time zone`.
  @inlinable public static var postgresType: PostgresType { .timestamptz }

  /// Eight bytes.
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(microseconds)
  }

  /// Eight bytes.
  @inlinable
  public static func decode(
    _ cell: borrowing PostgresCell
  ) throws(PostgresError) -> PostgresTimestamp {
    PostgresTimestamp(microseconds: try cell.integer(Int64.self, type: .timestamptz))
  }
}
