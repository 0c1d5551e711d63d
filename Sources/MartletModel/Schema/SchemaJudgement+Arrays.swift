// Decides how demands on the items of a list are checked.

extension SchemaJudgement {
  mutating func applyArray(
    _ keyword: SchemaKeyword, _ values: [JSON], _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    switch keyword {
    case .items(let prefix, let rest, let restKeyword):
      for (index, value) in values.enumerated() {
        if isDecided { return }
        guard let node = index < prefix.count ? prefix[index] : rest else { return }
        coverage.insert(index)
        if index >= prefix.count, nodes[node].isNever {
          violate(
            at: .index(index), restKeyword, "is too many: give at most \(prefix.count) items")
        } else {
          try check(node, value, at: .index(index))
        }
      }
    case .contains(let node, let least, let most):
      var found = 0
      for (index, value) in values.enumerated() {
        if try attempt(node, value, tracking: false).isValid {
          found += 1
          coverage.insert(index)
          // Enough is known when nobody asks which items it were.
          if !coverage.isTracking, found >= least, most == nil { return }
        }
      }
      if found < least {
        violate(
          least == 1 ? "contains" : "minContains",
          "has \(found) items of the kind that it must contain: give at least \(least)")
      }
      if let most, found > most {
        violate(
          "maxContains", "has \(found) items of the kind that it may contain: give at most \(most)")
      }
    case .uniqueItems:
      var seen: [JSON: Int] = [:]
      for (index, value) in values.enumerated() {
        try spend(value.weight)
        if let first = seen[value] {
          violate("uniqueItems", "has the same items at \(first) and \(index): leave one out")
          return
        }
        seen[value] = index
      }
    case .unevaluatedItems(let node):
      for (index, value) in values.enumerated() where !coverage.items.contains(index) {
        if isDecided { return }
        coverage.insert(index)
        if nodes[node].isNever {
          violate(at: .index(index), "unevaluatedItems", "is too many: leave it out")
        } else {
          try check(node, value, at: .index(index))
        }
      }
    default: break
    }
  }
}
