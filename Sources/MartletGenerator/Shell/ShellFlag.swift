// Decides which flags a request has. The rule is one: a flag is the path of a field, its names joined by dots, so
// `run.definition` is `--run.definition`. A message is also a flag of its own that takes JSON; what repeats takes the
// flag again; a map takes KEY=VALUE.

/// A flag of a shell function.
struct ShellFlag {
  /// Without dashes, for example `run.trace-parent`.
  let name: String
  /// Where the value goes in the request's JSON, for example `run.traceParent`.
  let path: String
  /// How the runtime reads a value: see `_martlet_value` of the shell client.
  let kind: String
  /// What `--help` calls a value.
  let placeholder: String
  /// What the contract says about the field, and how often the flag may be given.
  let description: String
}

extension ShellFlag {
  /// The flags of a request message, in order of declaration.
  static func flags(of message: ProtoMessage, in model: ProtoSet) -> [ShellFlag] {
    flags(of: message, in: model, name: "", path: "", above: [])
  }

  private static func flags(
    of message: ProtoMessage, in model: ProtoSet, name: String, path: String, above: Set<String>
  ) -> [ShellFlag] {
    message.fields.flatMap { field -> [ShellFlag] in
      // What only the server sets needs no flag.
      guard !field.comment.contains("Output only.") else { return [] }
      let flag = ShellFlag(
        field, model, name: name + ShellNames.flag(field.name), path: path + field.jsonName)
      guard let nested = nested(in: field, model), !above.contains(nested.fullName) else {
        return [flag]
      }
      return [flag]
        + flags(
          of: nested, in: model, name: flag.name + ".", path: flag.path + ".",
          above: above.union([message.fullName, nested.fullName]))
    }
  }

  /// The message whose fields are flags too: one that occurs once and has no JSON form of its own.
  private static func nested(in field: ProtoField, _ model: ProtoSet) -> ProtoMessage? {
    guard case .message(let name) = field.kind, wellKnown[name] == nil else { return nil }
    switch field.cardinality {
    case .repeated, .map: return nil
    case .implicit, .optional, .oneof: return model.message(name)
    }
  }

  private init(_ field: ProtoField, _ model: ProtoSet, name: String, path: String) {
    self.name = name
    self.path = path
    let value = ShellValue(field.kind, model)
    switch field.cardinality {
    case .repeated:
      kind = "*" + value.kind
      placeholder = value.placeholder
      description = [field.comment, value.note, "May be repeated."].joinedSentences
    case .map:
      kind = "%" + value.kind
      placeholder = "KEY=" + value.placeholder
      description = [field.comment, value.note, "May be repeated."].joinedSentences
    case .implicit, .optional, .oneof:
      kind = value.kind
      placeholder = value.kind == "bool" ? "[true|false]" : value.placeholder
      description = [field.comment, value.note].joinedSentences
    }
  }

  /// Messages with a JSON form of their own.
  fileprivate static let wellKnown: [String: ShellValue] = {
    var values = [
      "Timestamp": ShellValue(kind: "time", placeholder: "TIME"),
      "Duration": ShellValue(kind: "duration", placeholder: "DURATION"),
      "FieldMask": ShellValue(kind: "mask", placeholder: "FIELD,…"),
      "StringValue": .string, "BytesValue": .bytes, "BoolValue": .bool,
      "DoubleValue": .float, "FloatValue": .float,
      "Int32Value": .int, "UInt32Value": .int, "Int64Value": .long, "UInt64Value": .long,
    ]
    for name in ["Struct", "Value", "ListValue", "Any", "Empty"] { values[name] = .json }
    return Dictionary(
      uniqueKeysWithValues: values.map { ("google.protobuf." + $0.key, $0.value) })
  }()
}

/// How the shell takes one value.
private struct ShellValue {
  var kind: String
  var placeholder: String
  var note = ""

  static let string = ShellValue(kind: "string", placeholder: "TEXT")
  static let bytes = ShellValue(kind: "bytes", placeholder: "TEXT")
  static let bool = ShellValue(kind: "bool", placeholder: "true|false")
  static let int = ShellValue(kind: "int", placeholder: "INTEGER")
  static let long = ShellValue(kind: "long", placeholder: "INTEGER")
  static let float = ShellValue(kind: "float", placeholder: "NUMBER")
  static let json = ShellValue(kind: "json", placeholder: "JSON")
}

extension ShellValue {
  init(_ kind: ProtoKind, _ model: ProtoSet) {
    switch kind {
    case .double, .float: self = .float
    case .int32, .uint32, .sint32, .fixed32, .sfixed32: self = .int
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: self = .long
    case .bool: self = .bool
    case .string: self = .string
    case .bytes: self = .bytes
    case .message(let name): self = ShellFlag.wellKnown[name] ?? .json
    case .enumeration(let name):
      guard let enumeration = model.enumeration(name) else { self = .string; return }
      let prefix = ShellNames.prefix(ofEnum: enumeration.name)
      let shared = enumeration.values.allSatisfy { $0.name.hasPrefix(prefix) } ? prefix : ""
      let names = enumeration.values.map { String($0.name.dropFirst(shared.count)) }
      self.init(
        kind: "enum:\(shared):\(names.joined(separator: ","))", placeholder: "NAME",
        note: "One of \(names.dropFirst().joined(separator: ", ").lowercased()).")
    }
  }
}

extension [String] {
  /// The texts that are not empty, with a space between.
  fileprivate var joinedSentences: String { filter { !$0.isEmpty }.joined(separator: " ") }
}
