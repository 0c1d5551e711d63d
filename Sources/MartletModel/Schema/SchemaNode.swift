// Decides what a schema is once compiled: nodes that name each other by number, so that recursive schemas are finite.

/// A schema or a schema inside one.
struct SchemaNode: Sendable {
  /// Where it stands.
  var pointer: String
  /// What it demands; `unevaluated…` last, for they look at what the others did.
  var keywords: [SchemaKeyword] = [] {
    didSet {
      for keyword in keywords {
        switch keyword {
        case .never: isNever = true
        case .unevaluatedItems, .unevaluatedProperties: looksAtCoverage = true
        default: break
        }
      }
    }
  }
  /// Whether it is the schema `false`.
  private(set) var isNever = false
  /// Whether it asks which members and items were looked at.
  private(set) var looksAtCoverage = false

  init(pointer: String) { self.pointer = pointer }
}

/// The values of `enum`.
struct SchemaValues: Sendable {
  /// As written.
  let list: [JSON]
  private let set: Set<JSON>

  init(_ list: [JSON]) {
    self.list = list
    set = Set(list)
  }

  func contains(_ value: JSON) -> Bool { set.contains(value) }
}

/// One demand. Numbers are those of nodes.
enum SchemaKeyword: Sendable {
  /// The schema `false`.
  case never
  case types([SchemaType])
  case enumeration(SchemaValues)
  case constant(JSON)
  case number(SchemaBound, ExactNumber)
  case multipleOf(ExactNumber)
  /// `minLength` and its like.
  case size(SchemaSize, Int)
  case pattern(Pattern)
  case format(SchemaFormat)
  case items(prefix: [Int], rest: Int?, restKeyword: String)
  case contains(Int, least: Int, most: Int?)
  case uniqueItems
  case properties(SchemaProperties)
  case propertyNames(Int)
  case required([JSONText])
  case dependentRequired([(name: JSONText, required: [JSONText])])
  case dependentSchemas([(name: JSONText, node: Int)])
  case reference(Int)
  case allOf([Int])
  case anyOf([Int])
  case oneOf([Int])
  case not(Int)
  case conditional(Int, then: Int?, otherwise: Int?)
  case unevaluatedItems(Int)
  case unevaluatedProperties(Int)

  /// The nodes that judge the same value, not one inside it.
  var inPlace: [Int] {
    switch self {
    case .reference(let node), .not(let node): [node]
    case .allOf(let nodes), .anyOf(let nodes), .oneOf(let nodes): nodes
    case .conditional(let test, let then, let otherwise):
      [test] + [then, otherwise].compactMap { $0 }
    case .dependentSchemas(let all): all.map(\.node)
    default: []
    }
  }
}

/// `properties`, `patternProperties` and `additionalProperties`.
struct SchemaProperties: Sendable {
  var named: [JSONText: Int] = [:]
  /// In the order in which they are written.
  var names: [JSONText] = []
  var patterns: [(pattern: Pattern, node: Int)] = []
  var additional: Int?
}

/// The types of the specification.
enum SchemaType: String, Sendable, CaseIterable {
  case null, boolean, object, array, number, string, integer

  /// The type with its article, for sentences.
  var phrase: String {
    switch self {
    case .null: "null"
    case .object: "an object"
    case .array: "a list"
    case .integer: "an integer"
    case .boolean: "true or false"
    case .number: "a number"
    case .string: "a text"
    }
  }

  /// Whether a value is of the type.
  func admits(_ value: JSON) -> Bool {
    switch (self, value) {
    case (.null, .null), (.boolean, .bool), (.object, .object), (.array, .array),
      (.number, .number), (.string, .string):
      true
    case (.integer, .number(let number)): number.isInteger
    default: false
    }
  }
}

/// The bounds of numbers.
enum SchemaBound: String, Sendable, CaseIterable {
  case minimum, exclusiveMinimum, maximum, exclusiveMaximum

  func admits(_ value: ExactNumber, _ bound: ExactNumber) -> Bool {
    switch self {
    case .minimum: value >= bound
    case .exclusiveMinimum: value > bound
    case .maximum: value <= bound
    case .exclusiveMaximum: value < bound
    }
  }

  func remedy(_ bound: ExactNumber) -> String {
    switch self {
    case .minimum: "give at least \(bound)"
    case .exclusiveMinimum: "give more than \(bound)"
    case .maximum: "give at most \(bound)"
    case .exclusiveMaximum: "give less than \(bound)"
    }
  }
}

/// The bounds of sizes.
enum SchemaSize: String, Sendable, CaseIterable {
  case minLength, maxLength, minItems, maxItems, minProperties, maxProperties

  var isMinimum: Bool { self == .minLength || self == .minItems || self == .minProperties }

  /// What is counted of a value; nil when the keyword does not apply to it.
  func size(of value: JSON) -> Int? {
    switch (self, value) {
    case (.minLength, .string(let text)), (.maxLength, .string(let text)):
      text.text.unicodeScalars.count
    case (.minItems, .array(let values)), (.maxItems, .array(let values)): values.count
    case (.minProperties, .object(let members)), (.maxProperties, .object(let members)):
      members.count
    default: nil
    }
  }

  var unit: String {
    switch self {
    case .minLength, .maxLength: "characters"
    case .minItems, .maxItems: "items"
    case .minProperties, .maxProperties: "members"
    }
  }
}
