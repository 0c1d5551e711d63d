// Decides how demands on a value itself are checked.

extension SchemaJudgement {
  mutating func applyScalar(_ keyword: SchemaKeyword, _ value: JSON) throws(SchemaError) {
    switch keyword {
    case .types(let types):
      if !types.contains(where: { $0.admits(value) }) {
        violate("type", "is \(value.phrase): give \(Self.choice(types.map(\.phrase)))")
      }
    case .enumeration(let values):
      try spend(value.weight)
      if !values.contains(value) {
        violate("enum", "is \(value.excerpt()): give \(Self.choice(values.shown))")
      }
    case .constant(let constant):
      try spend(value.weight)
      if value != constant { violate("const", "is \(value.excerpt()): give \(constant.excerpt())") }
    case .number(let bound, let limit):
      if case .number(let number) = value, !bound.admits(number, limit) {
        violate(bound.rawValue, "is \(value.excerpt()): \(bound.remedy(limit))")
      }
    case .multipleOf(let divisor):
      guard case .number(let number) = value else { return }
      try spend(number.digits.count / 8)
      if !number.isMultiple(of: divisor) {
        violate("multipleOf", "is \(value.excerpt()): give a multiple of \(divisor)")
      }
    case .size(let size, let limit):
      if case .string(let text) = value { try spend(text.text.utf8.count / 32) }
      guard let count = size.size(of: value) else { return }
      if size.isMinimum ? count < limit : count > limit {
        violate(
          size.rawValue,
          "has \(count) \(size.unit): give at \(size.isMinimum ? "least" : "most") \(limit)")
      }
    case .pattern(let pattern):
      guard case .string(let text) = value else { return }
      if !(try matches(pattern, text)) {
        violate(
          "pattern", "is \(value.excerpt()): give a text that matches \(pattern.text.prefix(200))")
      }
    case .format(let format):
      guard case .string(let text) = value else { return }
      try spend(text.text.utf8.count / 8)
      if !format.admits(text.text) {
        violate("format", "is \(value.excerpt()): \(format.remedy)")
      }
    default: break
    }
  }

  /// Whether an expression matches somewhere in a text.
  mutating func matches(_ pattern: Pattern, _ text: JSONText) throws(SchemaError) -> Bool {
    let answer = pattern.matches(text.text, effort: &steps)
    try spend(1)
    return answer
  }

  /// A choice for sentences: "a, b or c".
  static func choice(_ phrases: [String]) -> String {
    guard phrases.count > 1 else { return phrases.first ?? "nothing" }
    return phrases.dropLast().joined(separator: ", ") + " or " + phrases[phrases.count - 1]
  }
}

extension JSON {
  /// What kind of value it is, for sentences.
  var phrase: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number: "the number \(excerpt(30))"
    case .string: "the text \(excerpt(40))"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// About how many steps it takes to compare the value.
  var weight: Int {
    switch self {
    case .null, .bool: 1
    case .number(let number): 1 + number.digits.count / 8
    case .string(let text): 1 + text.text.utf8.count / 8
    case .array(let values): values.reduce(1) { $0 + $1.weight }
    case .object(let members):
      members.names.reduce(1) { $0 + $1.text.utf8.count / 8 + (members[$1]?.weight ?? 0) }
    }
  }
}

extension SchemaValues {
  /// The values for sentences, the first ten.
  fileprivate var shown: [String] {
    let shown = list.prefix(10).map { $0.excerpt(40) }
    return list.count > 10 ? shown + ["\(list.count - 10) others"] : shown
  }
}
