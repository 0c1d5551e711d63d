// Decides what `$ref` refers to: a place of the same document, by pointer, anchor or `$id`. Nothing is fetched.

extension SchemaCompiler {
  /// The node that a reference of a schema names.
  mutating func reference(_ text: String, of place: Place) throws(SchemaError) -> Int {
    guard let reference = URIReference(text), let base = URIReference(place.base) else {
      throw SchemaError(pointer: place.pointer, problem: "has a $ref that is no URI reference")
    }
    let target = reference.resolved(against: base)
    let resource = target.withoutFragment
    guard let root = index.resources[resource] else {
      throw SchemaError(
        pointer: place.pointer,
        problem:
          "refers to \(JSON.string(JSONText(text)).excerpt(200)), which is not in this schema:"
          + " copy it under $defs and refer to #/$defs/NAME")
    }
    guard let fragment = URIReference.unescaped(target.fragment ?? "") else {
      throw SchemaError(pointer: place.pointer, problem: "has a $ref with wrong percent escapes")
    }
    if let names = JSONPointer.names(of: fragment) {
      return try number(of: try self.place(names, below: root, base: resource, for: place, text))
    }
    guard let anchor = index.anchors[resource + "#" + fragment],
      let names = JSONPointer.names(of: anchor)
    else { throw Self.missing(text, place) }
    return try number(of: try self.place(names, below: "", base: resource, for: place, text))
  }

  private static func missing(_ text: String, _ place: Place) -> SchemaError {
    SchemaError(
      pointer: place.pointer,
      problem: "refers to \(JSON.string(JSONText(text)).excerpt(200)), which is not there: add it"
        + " or correct the $ref")
  }

  /// Walks a pointer from the root of a resource.
  private func place(
    _ names: [String], below root: String, base: String, for place: Place, _ text: String
  ) throws(SchemaError) -> Place {
    var value = document
    var pointer = ""
    var base = base
    for (step, name) in ((JSONPointer.names(of: root) ?? []) + names).enumerated() {
      switch value {
      case .object(let members):
        guard let member = members[JSONText(name)] else { throw Self.missing(text, place) }
        value = member
      case .array(let values):
        guard let number = Int(name), String(number) == name, values.indices.contains(number) else {
          throw Self.missing(text, place)
        }
        value = values[number]
      default: throw Self.missing(text, place)
      }
      guard step <= 2 * JSON.greatestDepth else { throw Self.missing(text, place) }
      pointer += "/" + JSONPointer.escaped(name)
      if let known = index.bases[JSONText(pointer)] { base = known }
    }
    return Place(value: value, pointer: pointer, base: base)
  }
}
