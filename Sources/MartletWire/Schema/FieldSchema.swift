// Decides what JSON and other readers of the schema know of a field.

/// A field of a message: its names, its number, what it holds and how often.
public struct FieldSchema: Sendable {
  /// How many values a field has.
  public enum Cardinality: Sendable {
    /// One; a scalar at its default is absent.
    case implicit
    /// One or none.
    case optional
    /// A member of the oneof with this index.
    case oneof(Int)
    /// Any number.
    case repeated
    /// Pairs; the field's kind is that of the value.
    case map(key: FieldKind)
  }

  /// The field's number.
  public let number: Int32
  /// As declared, for example `run_id`.
  public let name: String
  /// The name in JSON, for example `runId`.
  public let jsonName: String
  /// How many values it has.
  public let cardinality: Cardinality
  /// What one value is.
  public let kind: FieldKind

  /// Makes a schema; generated code calls this.
  public init(
    _ number: Int32, _ name: String, _ jsonName: String, _ cardinality: Cardinality,
    _ kind: FieldKind
  ) {
    self.number = number
    self.name = name
    self.jsonName = jsonName
    self.cardinality = cardinality
    self.kind = kind
  }
}

/// What one value of a field is. Integers that differ only on the wire are one kind.
public enum FieldKind: Sendable {
  case double, float, int32, int64, uint32, uint64, bool, string, bytes
  /// An enum; the schema is asked for late because types refer to each other.
  case enumeration(@Sendable () -> EnumSchema)
  /// A message.
  case message(@Sendable () -> MessageSchema)
}
