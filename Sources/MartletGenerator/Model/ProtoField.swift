// Decides what a backend knows of a field: its names, what it holds, and how often.

/// A field of a message.
struct ProtoField {
  /// As declared, for example `run_id`.
  let name: String
  /// The name in JSON, for example `runId`.
  let jsonName: String
  let number: Int32
  /// How many values there are, and whether absence is told from the default.
  let cardinality: Cardinality
  /// What one value is; the value's type for a map.
  let kind: ProtoKind
  /// The oneof it belongs to, an index into the message's `oneofs`; nil for `optional` fields.
  let oneofIndex: Int?
  let comment: String
  let isDeprecated: Bool

  /// How many values a field has.
  enum Cardinality: Equatable {
    /// One; the default value is the same as absence (but for messages, which know).
    case implicit
    /// One or none: `optional`.
    case optional
    /// A member of a oneof.
    case oneof
    /// Any number.
    case repeated
    /// Pairs; `entry` is the full name of the synthetic entry message.
    case map(key: ProtoKind, entry: String)
  }
}

/// What one value of a field is.
enum ProtoKind: Equatable {
  case double, float
  case int32, int64, uint32, uint64, sint32, sint64
  case fixed32, fixed64, sfixed32, sfixed64
  case bool, string, bytes
  /// A message, by full name.
  case message(String)
  /// An enum, by full name.
  case enumeration(String)
}
