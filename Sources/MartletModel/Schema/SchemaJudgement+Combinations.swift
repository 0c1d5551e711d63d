// Decides how schemas that are made of schemas are checked.

extension SchemaJudgement {
  mutating func applyCombination(
    _ keyword: SchemaKeyword, _ value: JSON, _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    switch keyword {
    case .reference(let node): try follow(node, value, &coverage)
    case .allOf(let all): for node in all where !isDecided { try follow(node, value, &coverage) }
    case .anyOf(let all):
      var attempts: [SchemaAttempt] = []
      var isValid = false
      for node in all {
        let attempt = try attempt(
          node, value, tracking: coverage.isTracking,
          describing: isDescribing && attempts.count < 4)
        attempts.append(attempt)
        if attempt.isValid {
          isValid = true
          coverage.merge(attempt.coverage)
          if !coverage.isTracking { return }
        }
      }
      if !isValid {
        for attempt in attempts { coverage.merge(attempt.coverage) }
        let why = describe(attempts)
        violate("anyOf", why)
      }
    case .oneOf(let all):
      var attempts: [SchemaAttempt] = []
      var valid: [Int] = []
      for (index, node) in all.enumerated() {
        let attempt = try attempt(
          node, value, tracking: coverage.isTracking,
          describing: isDescribing && attempts.count < 4)
        attempts.append(attempt)
        if attempt.isValid { valid.append(index) }
        if isDecidedBy(valid) { break }
      }
      for (index, attempt) in attempts.enumerated() where valid.isEmpty || valid.contains(index) {
        coverage.merge(attempt.coverage)
      }
      if valid.isEmpty {
        let why = describe(attempts)
        violate("oneOf", why)
      }
      if valid.count > 1 {
        let forms = valid.map { "\($0 + 1)" }
        violate("oneOf", "fits several forms, \(forms.joined(separator: " and ")): fit only one")
      }
    case .not(let node):
      if try attempt(node, value, tracking: false).isValid {
        violate("not", "is what it must not be: give something else than \(value.excerpt())")
      }
    case .conditional(let test, let then, let otherwise):
      let attempt = try attempt(test, value, tracking: coverage.isTracking)
      if attempt.isValid { coverage.merge(attempt.coverage) }
      if let node = attempt.isValid ? then : otherwise { try follow(node, value, &coverage) }
    case .dependentSchemas(let all):
      guard case .object(let members) = value else { return }
      try spend(all.count)
      for (name, node) in all where members[name] != nil && !isDecided {
        try follow(node, value, &coverage)
      }
    default: break
    }
  }

  private func isDecidedBy(_ valid: [Int]) -> Bool { valid.count > 1 && !isDescribing }

  /// Judges by a schema that the value must meet too.
  private mutating func follow(
    _ node: Int, _ value: JSON, _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    coverage.merge(try check(node, value, tracking: coverage.isTracking))
  }

  /// Why none of several forms fits.
  private func describe(_ attempts: [SchemaAttempt]) -> String {
    guard isDescribing else { return "" }
    let place = JSONPointer(path).description
    let reasons = attempts.prefix(4).enumerated().compactMap { index, attempt in
      attempt.violation.map { violation in
        let inside = violation.pointer.dropFirst(place.count)
        return "(\(index + 1)) " + (inside.isEmpty ? "" : inside + " ") + violation.problem
      }
    }
    let more = attempts.count > 4 ? "; and \(attempts.count - 4) more" : ""
    return "fits none of \(attempts.count) forms: \(reasons.joined(separator: "; "))\(more)"
  }
}
