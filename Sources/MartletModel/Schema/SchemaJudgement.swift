// Decides how a value is judged by a compiled schema: every demand in turn, everything wrong collected, each step counted.

/// One judgement of a value.
struct SchemaJudgement {
  let nodes: [SchemaNode]
  /// The steps that are left; below 0 the judgement is given up.
  var steps: Int
  private var depth: Int
  private let bounds: SchemaLimits
  /// The way to the value that is being judged.
  private(set) var path: [JSONPointer.Step] = []
  /// The node whose demands are being checked.
  private var here = 0
  private(set) var violations: [SchemaViolation] = []
  /// How many violations were found, described or not.
  private(set) var count = 0
  /// How many are described.
  private var described: Int
  /// Whether only the verdict is asked for: the first violation ends it.
  private var isQuick = false

  init(nodes: [SchemaNode], limits: SchemaLimits) {
    self.nodes = nodes
    bounds = limits
    steps = limits.steps
    depth = 0
    described = limits.violations
  }

  /// Judges a value by the whole schema.
  mutating func report(on value: JSON) throws(SchemaError) -> SchemaReport {
    _ = try check(0, value, tracking: false)
    return SchemaReport(violations: violations, count: count)
  }

  /// Whether nothing more needs to be known.
  var isDecided: Bool { isQuick && count > 0 }

  /// Whether violations are still described.
  var isDescribing: Bool { !isQuick && violations.count < described }

  /// Counts steps.
  mutating func spend(_ amount: Int) throws(SchemaError) {
    steps -= amount
    guard steps >= 0 else {
      throw SchemaError(
        pointer: nodes[here].pointer,
        problem: "takes too long to check: make the schema simpler or the value smaller")
    }
  }

  /// Notes a violation of the value being judged.
  mutating func violate(_ keyword: String, _ problem: @autoclosure () -> String) {
    count += 1
    guard isDescribing else { return }
    violations.append(
      SchemaViolation(
        pointer: JSONPointer(path).description, keyword: keyword,
        schemaPointer: nodes[here].pointer, problem: problem()))
  }

  /// Notes a violation of a value inside the one being judged.
  mutating func violate(
    at step: JSONPointer.Step, _ keyword: String, _ problem: @autoclosure () -> String
  ) {
    path.append(step)
    violate(keyword, problem())
    path.removeLast()
  }

  /// Judges a value by a node.
  ///
  /// - Parameter tracking: whether the caller must know which members and items were looked at.
  mutating func check(
    _ node: Int, _ value: JSON, tracking: Bool
  ) throws(SchemaError) -> SchemaCoverage {
    try spend(1)
    depth += 1
    let outer = here
    here = node
    defer {
      depth -= 1
      here = outer
    }
    guard depth <= bounds.depth else {
      throw SchemaError(
        pointer: nodes[node].pointer,
        problem: "lies in too many schemas for this value: nest the schema or the value less")
    }
    var coverage = SchemaCoverage(isTracking: tracking || nodes[node].looksAtCoverage)
    for keyword in nodes[node].keywords {
      if isDecided { break }
      try spend(1)
      try apply(keyword, value, &coverage)
    }
    return coverage
  }

  /// Judges a value inside the one being judged.
  mutating func check(
    _ node: Int, _ value: JSON, at step: JSONPointer.Step
  ) throws(SchemaError) {
    path.append(step)
    _ = try check(node, value, tracking: false)
    path.removeLast()
  }

  /// Judges without noting what is wrong.
  ///
  /// - Parameter describing: whether to bring back the first violation.
  mutating func attempt(
    _ node: Int, _ value: JSON, tracking: Bool, describing: Bool = false
  ) throws(SchemaError) -> SchemaAttempt {
    let saved = (violations, count, described, isQuick)
    (violations, count, described, isQuick) = ([], 0, describing ? 1 : 0, !describing)
    let coverage = try check(node, value, tracking: tracking)
    let attempt = SchemaAttempt(
      isValid: count == 0, coverage: coverage, violation: violations.first)
    (violations, count, described, isQuick) = saved
    return attempt
  }

  private mutating func apply(
    _ keyword: SchemaKeyword, _ value: JSON, _ coverage: inout SchemaCoverage
  ) throws(SchemaError) {
    switch keyword {
    case .never: violate("false", "is not allowed here: leave it out")
    case .types, .enumeration, .constant, .number, .multipleOf, .size, .pattern, .format:
      try applyScalar(keyword, value)
    case .items, .contains, .uniqueItems, .unevaluatedItems:
      if case .array(let values) = value { try applyArray(keyword, values, &coverage) }
    case .properties, .propertyNames, .required, .dependentRequired, .unevaluatedProperties:
      if case .object(let members) = value { try applyObject(keyword, members, &coverage) }
    default: try applyCombination(keyword, value, &coverage)
    }
  }
}

/// What came of judging by a schema whose verdict is only a part of another's.
struct SchemaAttempt {
  var isValid: Bool
  var coverage: SchemaCoverage
  /// The first thing wrong, when asked for.
  var violation: SchemaViolation?
}

/// Which members and items of a value were looked at by the schemas that judged it.
struct SchemaCoverage {
  /// Whether anybody asks.
  let isTracking: Bool
  private(set) var members: Set<JSONText> = []
  private(set) var items: Set<Int> = []

  init(isTracking: Bool) { self.isTracking = isTracking }

  mutating func insert(_ name: JSONText) { if isTracking { members.insert(name) } }

  mutating func insert(_ index: Int) { if isTracking { items.insert(index) } }

  mutating func merge(_ other: SchemaCoverage) {
    guard isTracking else { return }
    members.formUnion(other.members)
    items.formUnion(other.items)
  }
}
