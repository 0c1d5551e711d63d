// Decides how the parameters of a deployment are shown: those that its schema knows, in their order, and what a run has
// unless told otherwise.

import MartletProto
import MartletWire

extension Table {
  /// The parameters of a deployment with a schema; nil without one.
  init?(parametersOf spec: DeploymentSpec) throws {
    guard let schema = spec.parameterSchema, let properties = schema.object("properties"),
      !properties.isEmpty
    else { return nil }
    var required: Set<String> = []
    if case .list(let names)? = schema["required"] { required = Set(names.compactMap(\.text)) }
    self.init("parameter", "type", "value", "about")
    let ordered = properties.sorted { left, right in
      (left.value.position, left.key) < (right.value.position, right.key)
    }
    for (name, property) in ordered {
      let value = try (spec.parameters?[name] ?? property["default"])?.jsonText()
      let missing = required.contains(name) ? Cell("required", .yellow) : "-"
      append(
        .init(name, .bold), .init(property.typeText), value.map { .init($0) } ?? missing,
        .init(property["description"]?.text ?? ""))
    }
    for name in (spec.parameters ?? [:]).keys.sorted() where properties[name] == nil {
      append(
        .init(name, .bold), .init("not in the schema", .yellow),
        .init(try spec.parameters?[name]?.jsonText() ?? ""), "")
    }
  }
}

extension [String: JSONValue] {
  fileprivate func object(_ name: String) -> [String: JSONValue]? {
    guard case .object(let members)? = self[name] else { return nil }
    return members
  }
}

extension JSONValue {
  fileprivate var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  fileprivate subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// Where a parameter stands among those of a function.
  fileprivate var position: Double {
    guard case .number(let position)? = self["position"] else { return .infinity }
    return position
  }

  /// What a schema lets pass, in a few words.
  fileprivate var typeText: String {
    if case .list(let values)? = self["enum"] {
      return values.map { (try? $0.jsonText()) ?? "" }.joined(separator: " | ")
    }
    for several in ["anyOf", "oneOf"] {
      if case .list(let kinds)? = self[several] {
        return kinds.map(\.typeText).joined(separator: " | ")
      }
    }
    if let name = self["$ref"]?.text?.split(separator: "/").last { return String(name) }
    switch self["type"] {
    case .string("array")?: return self["items"].map { "array of \($0.typeText)" } ?? "array"
    case .string(let name)?: return name
    case .list(let names)?: return names.compactMap(\.text).joined(separator: " | ")
    default: return "any"
    }
  }
}
