// Decides what each keyword of a schema means, and which values it may have.

extension SchemaCompiler {
  /// The demands of a schema, cheap ones first.
  mutating func keywords(of place: Place) throws(SchemaError) -> [SchemaKeyword] {
    switch place.value {
    case .bool(true): return []
    case .bool(false): return [.never]
    case .object(let members):
      var keywords = try scalarKeywords(members, place)
      keywords += try objectKeywords(members, place)
      keywords += try arrayKeywords(members, place)
      keywords += try combinations(members, place)
      if let value = members["unevaluatedItems"] {
        keywords.append(.unevaluatedItems(try child(value, of: place, "unevaluatedItems")))
      }
      if let value = members["unevaluatedProperties"] {
        keywords.append(
          .unevaluatedProperties(try child(value, of: place, "unevaluatedProperties")))
      }
      return keywords
    default:
      throw SchemaError(
        pointer: place.pointer, problem: "is no schema: give an object, true or false")
    }
  }

  private func fault(_ place: Place, _ keyword: String, _ remedy: String) -> SchemaError {
    SchemaError(
      pointer: place.pointer + "/" + JSONPointer.escaped(keyword),
      problem: "is not what the keyword takes: give \(remedy)")
  }

  private mutating func scalarKeywords(
    _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [SchemaKeyword] {
    var keywords: [SchemaKeyword] = []
    if let value = members["type"] {
      let names = if case .array(let values) = value { values } else { [value] }
      var types: [SchemaType] = []
      for name in names {
        guard case .string(let text) = name, let type = SchemaType(rawValue: text.text) else {
          let known = SchemaType.allCases.map(\.rawValue).joined(separator: ", ")
          throw fault(place, "type", "one of \(known), or a list of these")
        }
        types.append(type)
      }
      keywords.append(.types(types))
    }
    if let value = members["const"] { keywords.append(.constant(value)) }
    if let value = members["enum"] {
      guard case .array(let values) = value else { throw fault(place, "enum", "a list") }
      keywords.append(.enumeration(SchemaValues(values)))
    }
    for bound in SchemaBound.allCases {
      guard let value = members[JSONText(bound.rawValue)] else { continue }
      guard case .number(let number) = value else {
        throw fault(place, bound.rawValue, "a number")
      }
      keywords.append(.number(bound, number))
    }
    if let value = members["multipleOf"] {
      guard case .number(let number) = value, number > ExactNumber(0),
        number.digits.count <= ExactNumber.longestDivisor
      else {
        throw fault(
          place, "multipleOf",
          "a number above 0 with at most \(ExactNumber.longestDivisor) digits")
      }
      keywords.append(.multipleOf(number))
    }
    for size in SchemaSize.allCases {
      if let count = try count(size.rawValue, members, place) {
        keywords.append(.size(size, count))
      }
    }
    if let value = members["pattern"] {
      guard case .string(let text) = value else { throw fault(place, "pattern", "a text") }
      keywords.append(.pattern(try pattern(text.text, place.pointer + "/pattern")))
    }
    if case .string(let name)? = members["format"], let format = SchemaFormat(rawValue: name.text) {
      keywords.append(.format(format))
    }
    return keywords
  }

  private func count(
    _ keyword: String, _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> Int? {
    guard let value = members[JSONText(keyword)] else { return nil }
    guard case .number(let number) = value, number.isInteger, !number.isNegative else {
      throw fault(place, keyword, "an integer of at least 0")
    }
    return number.integer ?? .max
  }

  private mutating func objectKeywords(
    _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [SchemaKeyword] {
    var keywords: [SchemaKeyword] = []
    var properties = SchemaProperties()
    for (name, value) in try map("properties", members, place) {
      properties.named[name] = try child(value, of: place, "properties", name.text)
      properties.names.append(name)
    }
    for (name, value) in try map("patternProperties", members, place) {
      properties.patterns.append(
        (
          try pattern(name.text, place.pointer + "/patternProperties"),
          try child(value, of: place, "patternProperties", name.text)
        ))
    }
    if let value = members["additionalProperties"] {
      properties.additional = try child(value, of: place, "additionalProperties")
    }
    if let names = members["required"] {
      keywords.append(.required(try self.names(names, "required", place)))
    }
    if !properties.names.isEmpty || !properties.patterns.isEmpty || properties.additional != nil {
      keywords.append(.properties(properties))
    }
    if let value = members["propertyNames"] {
      keywords.append(.propertyNames(try child(value, of: place, "propertyNames")))
    }
    var required: [(name: JSONText, required: [JSONText])] = []
    for (name, value) in try map("dependentRequired", members, place) {
      required.append((name, try names(value, "dependentRequired", place)))
    }
    var schemas: [(name: JSONText, node: Int)] = []
    for keyword in ["dependentSchemas", "dependencies"] {
      for (name, value) in try map(keyword, members, place) {
        if keyword == "dependencies", case .array = value {
          required.append((name, try names(value, keyword, place)))
        } else {
          schemas.append((name, try child(value, of: place, keyword, name.text)))
        }
      }
    }
    if !required.isEmpty { keywords.append(.dependentRequired(required)) }
    if !schemas.isEmpty { keywords.append(.dependentSchemas(schemas)) }
    return keywords
  }

  private mutating func arrayKeywords(
    _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [SchemaKeyword] {
    var keywords: [SchemaKeyword] = []
    var prefix: [Int] = []
    var restKeyword = "items"
    // A list in `items` is what draft 7 had for `prefixItems`; what `items` is now was `additionalItems`.
    if case .array? = members["items"] {
      prefix = try list("items", members, place)
      restKeyword = "additionalItems"
    } else {
      prefix = try list("prefixItems", members, place)
    }
    let rest = members[JSONText(restKeyword)]
    if !prefix.isEmpty || rest != nil {
      let node: Int? = if let rest { try child(rest, of: place, restKeyword) } else { nil }
      keywords.append(.items(prefix: prefix, rest: node, restKeyword: restKeyword))
    }
    if let value = members["contains"] {
      keywords.append(
        .contains(
          try child(value, of: place, "contains"),
          least: try count("minContains", members, place) ?? 1,
          most: try count("maxContains", members, place)))
    }
    if let value = members["uniqueItems"] {
      guard case .bool(let isUnique) = value else { throw fault(place, "uniqueItems", "a boolean") }
      if isUnique { keywords.append(.uniqueItems) }
    }
    return keywords
  }

  private mutating func combinations(
    _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [SchemaKeyword] {
    var keywords: [SchemaKeyword] = []
    if let value = members["$ref"] {
      guard case .string(let text) = value else { throw fault(place, "$ref", "a text") }
      keywords.append(.reference(try reference(text.text, of: place)))
    }
    if let value = members["$dynamicRef"] {
      // With one anchor of the name there is nothing dynamic about it.
      guard case .string(let text) = value, let mark = text.text.lastIndex(of: "#"),
        index.dynamicAnchors[String(text.text[mark...].dropFirst()), default: 0] <= 1
      else {
        throw SchemaError(
          pointer: place.pointer, problem: "has a $dynamicRef to several anchors: write $ref")
      }
      keywords.append(.reference(try reference(text.text, of: place)))
    }
    guard members["$recursiveRef"] == nil else {
      throw SchemaError(pointer: place.pointer, problem: "has a $recursiveRef: write $ref")
    }
    if members["allOf"] != nil { keywords.append(.allOf(try list("allOf", members, place))) }
    if members["anyOf"] != nil { keywords.append(.anyOf(try list("anyOf", members, place))) }
    if members["oneOf"] != nil { keywords.append(.oneOf(try list("oneOf", members, place))) }
    if let value = members["not"] { keywords.append(.not(try child(value, of: place, "not"))) }
    if let value = members["if"] {
      let then: Int? =
        if let value = members["then"] { try child(value, of: place, "then") } else { nil }
      let otherwise: Int? =
        if let value = members["else"] { try child(value, of: place, "else") } else { nil }
      keywords.append(
        .conditional(try child(value, of: place, "if"), then: then, otherwise: otherwise))
    }
    return keywords
  }

  private mutating func list(
    _ keyword: String, _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [Int] {
    guard let value = members[JSONText(keyword)] else { return [] }
    guard case .array(let values) = value else { throw fault(place, keyword, "a list of schemas") }
    var nodes: [Int] = []
    for (index, value) in values.enumerated() {
      nodes.append(try child(value, of: place, keyword, "\(index)"))
    }
    return nodes
  }

  private func map(
    _ keyword: String, _ members: JSONMembers, _ place: Place
  ) throws(SchemaError) -> [(JSONText, JSON)] {
    guard let value = members[JSONText(keyword)] else { return [] }
    guard case .object(let inner) = value else {
      throw fault(place, keyword, "an object of schemas")
    }
    return inner.names.map { ($0, inner[$0] ?? .null) }
  }

  private func names(
    _ value: JSON, _ keyword: String, _ place: Place
  ) throws(SchemaError) -> [JSONText] {
    guard case .array(let values) = value else { throw fault(place, keyword, "a list of names") }
    var names: [JSONText] = []
    for value in values {
      guard case .string(let name) = value else { throw fault(place, keyword, "a list of names") }
      names.append(name)
    }
    return names
  }
}
