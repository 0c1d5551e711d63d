// Decides what references may name: every `$id` and `$anchor` of the document, found where schemas stand (and so not in
// `enum`, `const` or `default`).

struct SchemaIndex {
  /// Keywords with one schema.
  static let single: Set<String> = [
    "additionalItems", "additionalProperties", "contains", "else", "if", "items", "not",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
  ]
  /// Keywords with a list of schemas; draft 7 has such `items` too.
  static let lists: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems", "items"]
  /// Keywords with schemas by name.
  static let maps: Set<String> = [
    "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties",
  ]

  /// The base URI of each schema.
  private(set) var bases: [JSONText: String] = [:]
  /// The places with an `$id`, by their URI.
  private(set) var resources: [String: String] = ["": ""]
  /// The places with an anchor, by URI, `#` and name.
  private(set) var anchors: [String: String] = [:]
  /// How often each name of a dynamic anchor occurs.
  private(set) var dynamicAnchors: [String: Int] = [:]

  /// The base URI of the whole.
  var rootBase: String { bases[""] ?? "" }

  /// Goes through a document.
  mutating func collect(_ document: JSON, limit: Int) throws(SchemaError) {
    var pending: [(value: JSON, pointer: String, base: String)] = [(document, "", "")]
    var seen = 0
    while let place = pending.popLast() {
      let (value, pointer) = (place.value, place.pointer)
      var base = place.base
      guard case .object(let members) = value else { continue }
      seen += 1
      guard seen <= limit else {
        throw SchemaError(pointer: pointer, problem: "is one schema too many: at most \(limit)")
      }
      if case .string(let id)? = members["$id"] {
        guard let reference = URIReference(id.text), reference.fragment ?? "" == "" else {
          throw SchemaError(pointer: pointer, problem: "has an $id that is no URI")
        }
        base = URIReference(base).map { reference.resolved(against: $0) }?.withoutFragment ?? ""
        resources[base] = pointer
      }
      bases[JSONText(pointer)] = base
      for keyword in ["$anchor", "$dynamicAnchor"] {
        guard case .string(let name)? = members[JSONText(keyword)] else { continue }
        anchors[base + "#" + name.text] = pointer
        if keyword == "$dynamicAnchor" { dynamicAnchors[name.text, default: 0] += 1 }
      }
      for name in members.names {
        guard let member = members[name] else { continue }
        let inside = pointer + "/" + JSONPointer.escaped(name.text)
        switch member {
        case .array(let values) where Self.lists.contains(name.text):
          for (place, value) in values.enumerated() {
            pending.append((value, inside + "/\(place)", base))
          }
        case .object(let inner) where Self.maps.contains(name.text):
          for key in inner.names {
            pending.append(
              (inner[key] ?? .null, inside + "/" + JSONPointer.escaped(key.text), base))
          }
        case .object where Self.single.contains(name.text): pending.append((member, inside, base))
        default: continue
        }
      }
    }
  }
}
