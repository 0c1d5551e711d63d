// Decides which checksum a block schema has: that of Prefect's client, which asks for schemas by it. It is the SHA-256 of the
// fields as Python writes them, without what is secret in them and without the definitions of other blocks.

internal import MartletModel

/// The checksum of the fields of a block schema.
enum BlockChecksum {
  private static let definitions: JSONText = "definitions"

  /// Counts it.
  static func checksum(of fields: JSON) -> String {
    var counted = withoutSecrets(fields)
    if case .object(var members) = counted, case .object(let definitions)? = members[definitions],
      definitions.count > 0
    {
      var kept = JSONMembers()
      keepDefinitions(named: references(in: counted), of: definitions, in: &kept)
      members = JSONMembers(
        members.pairs.map { ($0.name, $0.name == Self.definitions.text ? nil : $0.value) })
      if kept.count > 0 { members.set(Self.definitions, to: .object(kept)) }
      counted = .object(members)
    }
    var text = ""
    write(.array([.array([counted]), .object(JSONMembers())]), to: &text)
    return SHA256.label(of: Array(text.utf8))
  }

  /// The members without `secret_fields`, in objects within objects.
  private static func withoutSecrets(_ value: JSON) -> JSON {
    guard case .object(let members) = value else { return value }
    return .object(
      JSONMembers(
        members.pairs.map { ($0.name, $0.name == "secret_fields" ? nil : withoutSecrets($0.value)) }
      ))
  }

  /// Every `$ref`, wherever it stands.
  private static func references(in value: JSON) -> [String] {
    switch value {
    case .object(let members):
      var found: [String] = []
      if case .string(let reference)? = members["$ref"] { found.append(reference.text) }
      return members.pairs.reduce(into: found) { $0 += references(in: $1.value) }
    case .array(let values): return values.flatMap { references(in: $0) }
    case .null, .bool, .number, .string: return []
    }
  }

  /// Keeps definitions that are no blocks, and those that they refer to.
  private static func keepDefinitions(
    named references: [String], of definitions: JSONMembers, in kept: inout JSONMembers
  ) {
    for reference in references {
      let name = JSONText(reference.replacing("#/definitions/", with: ""))
      // An empty one, which takes any value, is none to Prefect.
      guard kept[name] == nil, let definition = definitions[name],
        definition != .object(JSONMembers()), definition["block_type_slug"] ?? .null == .null
      else { continue }
      kept.set(name, to: definition)
      keepDefinitions(named: Self.references(in: definition), of: definitions, in: &kept)
    }
  }

  /// Writes JSON as Python's `json.dumps` does with sorted keys.
  private static func write(_ value: JSON, to text: inout String) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number.description
    case .string(let string): write(string.text, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        write(value, to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, name) in members.names.sorted().enumerated() {
        if index > 0 { text += ", " }
        write(name.text, to: &text)
        text += ": "
        write(members[name] ?? .null, to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for unit in string.utf16 {
      switch unit {
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      case 0x08: text += "\\b"
      case 0x0C: text += "\\f"
      case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    text += "\""
  }
}
