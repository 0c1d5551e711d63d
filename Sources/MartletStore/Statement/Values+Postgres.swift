// Decides how the model's values travel: ids as uuid, times as timestamptz, enums by their numbers.

public import MartletModel
public import MartletPostgres

extension UniqueIdentifier where Self: PostgresValue {
  /// `uuid`.
  public static var postgresType: PostgresType { .uuid }

  /// Sixteen bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(value.high)
    buffer.appendInteger(value.low)
  }

  /// Sixteen bytes.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    let bits = try PostgresUUID.decode(cell)
    return Self(high: bits.high, low: bits.low)
  }
}

extension RunID: PostgresValue {}
extension ExecutionID: PostgresValue {}
extension SessionID: PostgresValue {}
extension ObjectID: PostgresValue {}
extension LimitID: PostgresValue {}
extension LeaseID: PostgresValue {}
extension DeploymentID: PostgresValue {}
extension ScheduleID: PostgresValue {}
extension BackfillID: PostgresValue {}
extension PoolID: PostgresValue {}
extension QueueID: PostgresValue {}
extension WorkerID: PostgresValue {}

extension ContentDigest: PostgresValue {
  /// `uuid`, for its 128 bits.
  public static var postgresType: PostgresType { .uuid }

  /// Sixteen bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(high)
    buffer.appendInteger(low)
  }

  /// Sixteen bytes.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    let bits = try PostgresUUID.decode(cell)
    return ContentDigest(high: bits.high, low: bits.low)
  }
}

extension UUIDValue: PostgresValue {
  /// `uuid`.
  public static var postgresType: PostgresType { .uuid }

  /// Sixteen bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendInteger(high)
    buffer.appendInteger(low)
  }

  /// Sixteen bytes.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    let bits = try PostgresUUID.decode(cell)
    return UUIDValue(high: bits.high, low: bits.low)
  }
}

extension Instant: PostgresValue {
  /// `timestamptz`.
  public static var postgresType: PostgresType { .timestamptz }

  /// Eight bytes.
  public func encode(into buffer: inout ParameterBuffer) {
    PostgresTimestamp(unixMicroseconds: microseconds).encode(into: &buffer)
  }

  /// Eight bytes.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    Instant(microseconds: try PostgresTimestamp.decode(cell).unixMicroseconds)
  }
}

extension Interval: PostgresValue {
  /// `bigint`, microseconds.
  public static var postgresType: PostgresType { .int8 }

  /// Eight bytes.
  public func encode(into buffer: inout ParameterBuffer) { buffer.appendInteger(microseconds) }

  /// Eight bytes.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    Interval(microseconds: try Int64.decode(cell))
  }
}

extension Namespace: PostgresValue {
  /// `text`.
  public static var postgresType: PostgresType { .text }

  /// The name.
  public func encode(into buffer: inout ParameterBuffer) { name.encode(into: &buffer) }

  /// The name, which was checked before it was written.
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> Self {
    Namespace(unchecked: try String.decode(cell))
  }
}

extension StateType: PostgresValue {}
extension RunKind: PostgresValue {}
extension LimitScope: PostgresValue {}
extension SlotLease.State: PostgresValue {}
extension SlotLease.Mode: PostgresValue {}
extension Reason: PostgresValue {}
