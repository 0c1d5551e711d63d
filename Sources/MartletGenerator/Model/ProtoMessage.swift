// Decides what a backend knows of a message, its oneofs and its enums.

/// A message type. Map entries are no messages here: the map field knows its key and value.
struct ProtoMessage {
  /// For example `Code` in `martlet.v1.Verdict.Code`.
  let name: String
  /// For example `martlet.v1.Verdict`.
  let fullName: String
  /// The file that declares it.
  let file: String
  /// Its package.
  let package: String
  /// Names of the enclosing messages, outermost first.
  let enclosing: [String]
  /// Fields in order of declaration.
  let fields: [ProtoField]
  /// Oneofs in order of declaration; those that only stand for `optional` are left out.
  let oneofs: [ProtoOneof]
  /// Nested messages.
  let messages: [ProtoMessage]
  /// Nested enums.
  let enums: [ProtoEnum]
  let comment: String
  let isDeprecated: Bool

  /// The message and all below it, outermost first.
  var withNested: [ProtoMessage] { [self] + messages.flatMap(\.withNested) }

  /// Fields outside of oneofs and oneofs at the place of their first field: the order of declaration.
  var members: [Member] {
    var seen: Set<Int> = []
    return fields.compactMap { field in
      guard let index = field.oneofIndex else { return .field(field) }
      return seen.insert(index).inserted ? .oneof(oneofs[index]) : nil
    }
  }

  /// What a reader of the .proto file sees between the braces.
  enum Member {
    case field(ProtoField)
    case oneof(ProtoOneof)
  }
}

/// A oneof with its fields.
struct ProtoOneof {
  let name: String
  let fields: [ProtoField]
  let comment: String
}

/// An enum type.
struct ProtoEnum {
  let name: String
  let fullName: String
  /// Its package.
  let package: String
  /// Names of the enclosing messages, outermost first.
  let enclosing: [String]
  /// Values in order of declaration; numbers may repeat where aliases are allowed.
  let values: [ProtoEnumValue]
  let comment: String
  let isDeprecated: Bool
}

/// A value of an enum.
struct ProtoEnumValue {
  /// As declared, for example `RUN_KIND_FLOW`.
  let name: String
  let number: Int32
  let comment: String
  let isDeprecated: Bool
}
