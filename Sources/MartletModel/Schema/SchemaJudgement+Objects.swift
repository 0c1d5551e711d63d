// Decides how demands on the members of an object are checked, and how a misspelt one is named.

extension SchemaJudgement {
  mutating func applyObject(
    _ keyword: SchemaKeyword, _ members: JSONMembers, _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    switch keyword {
    case .required(let names):
      try spend(names.count / 2)
      for name in names where members[name] == nil {
        violate("required", "lacks \(Self.quoted(name)): give it")
        if isDecided { return }
      }
    case .properties(let properties):
      for name in members.names {
        guard let value = members[name] else { continue }
        if isDecided { return }
        try checkMember(name, value, properties, &coverage)
      }
    case .propertyNames(let node):
      for name in members.names {
        if isDecided { return }
        _ = try check(node, .string(name), tracking: false)
      }
    case .dependentRequired(let all):
      try spend(all.count)
      for (trigger, names) in all where members[trigger] != nil {
        try spend(names.count)
        for name in names where members[name] == nil {
          violate(
            "dependentRequired",
            "lacks \(Self.quoted(name)), which belongs to \(Self.quoted(trigger)): give it")
        }
      }
    case .unevaluatedProperties(let node):
      for name in members.names where !coverage.members.contains(name) {
        guard let value = members[name] else { continue }
        if isDecided { return }
        coverage.insert(name)
        if nodes[node].isNever {
          violate(
            at: .name(name), "unevaluatedProperties", "is not known here: leave it out")
        } else {
          try check(node, value, at: .name(name))
        }
      }
    default: break
    }
  }

  private mutating func checkMember(
    _ name: JSONText, _ value: JSON, _ properties: SchemaProperties,
    _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    try spend(1)
    var isKnown = false
    if let node = properties.named[name] {
      isKnown = true
      try check(node, value, at: .name(name))
    }
    for (pattern, node) in properties.patterns where try matches(pattern, name) {
      isKnown = true
      try check(node, value, at: .name(name))
    }
    if !isKnown, let node = properties.additional {
      isKnown = true
      if nodes[node].isNever {
        violate(
          at: .name(name), "additionalProperties",
          Self.unknown(name, known: properties.names, hasPatterns: !properties.patterns.isEmpty))
      } else {
        try check(node, value, at: .name(name))
      }
    }
    if isKnown { coverage.insert(name) }
  }

  private static func unknown(_ name: JSONText, known: [JSONText], hasPatterns: Bool) -> String {
    // Names as long as this, and as many, are no slips of the finger, and comparing takes time.
    let length = name.text.unicodeScalars.count
    let candidates = known.lazy.map(\.text).filter {
      abs($0.unicodeScalars.count - length) <= max(2, length / 3)
    }.prefix(50)
    if length <= 64, let nearest = Array(candidates).nearest(to: name.text) {
      return "is not known: did you mean \(quoted(JSONText(nearest)))?"
    }
    if known.isEmpty { return "is not known: leave it out" }
    let names = known.prefix(10).map(quoted) + (known.count > 10 ? ["others"] : [])
    return "is not known: leave it out; known are \(names.joined(separator: ", "))"
      + (hasPatterns ? ", and names by pattern" : "")
  }

  static func quoted(_ name: JSONText) -> String { JSON.string(name).excerpt() }
}
