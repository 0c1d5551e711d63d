// Decides what a template says of values. What is not there is empty, and so is all that is in it; the work and the length
// are bounded.

extension Template {
  /// The longest text that a template makes, in bytes, and the most steps that it takes.
  public static let limit = (bytes: 256 << 10, steps: 100_000)

  /// Puts values into their places.
  /// - Parameter values: An object: the variables.
  public func render(_ values: JSON) throws(TemplateFault) -> String {
    var rendering = TemplateRendering(values: values)
    try rendering.add(nodes)
    return rendering.text
  }
}

/// A template half rendered.
private struct TemplateRendering {
  let values: JSON
  var text = ""
  var bytes = 0
  var steps = 0
  /// The variables of loops, the innermost last.
  var loops: [(name: String, value: JSON)] = []

  mutating func add(_ nodes: [Template.Node]) throws(TemplateFault) {
    for node in nodes {
      try count()
      switch node {
      case .text(let text): try add(text)
      case .output(let expression): try add(try value(expression).map(Self.text) ?? "")
      case .condition(let condition, let then, let otherwise):
        try add(Self.isTrue(try value(condition)) ? then : otherwise)
      case .loop(let name, let expression, let body, let otherwise):
        let items = Self.items(try value(expression))
        for item in items {
          try count()
          loops.append((name, item))
          try add(body)
          loops.removeLast()
        }
        if items.isEmpty { try add(otherwise) }
      }
    }
  }

  private mutating func count() throws(TemplateFault) {
    steps += 1
    guard steps <= Template.limit.steps else { throw TemplateFault("takes too many steps") }
  }

  private mutating func add(_ more: String) throws(TemplateFault) {
    bytes += more.utf8.count
    guard bytes <= Template.limit.bytes else {
      throw TemplateFault("makes more than \(Template.limit.bytes) bytes")
    }
    text += more
  }

  private mutating func value(_ expression: TemplateExpression) throws(TemplateFault) -> JSON? {
    try count()
    switch expression {
    case .constant(let value): return value
    case .variable(let name): return loops.last { $0.name == name }?.value ?? values[name]
    case .member(let whole, let name):
      guard let whole = try value(whole), let name = try value(name) else { return nil }
      return Self.member(whole, name)
    case .filter(let filter, let input, let arguments):
      let input = try value(input)
      var given: [JSON?] = []
      for argument in arguments { given.append(try value(argument)) }
      return filter.apply(input, given)
    case .not(let operand): return .bool(!Self.isTrue(try value(operand)))
    case .and(let left, let right):
      let first = try value(left)
      return Self.isTrue(first) ? try value(right) : first
    case .or(let left, let right):
      let first = try value(left)
      return Self.isTrue(first) ? first : try value(right)
    case .equal(let left, let right): return .bool(try value(left) == value(right))
    }
  }

  private static func member(_ whole: JSON, _ name: JSON) -> JSON? {
    switch (whole, name) {
    case (.object(let members), .string(let name)): return members[name]
    case (.array(let items), let name):
      guard let index = Int(text(name)) else { return nil }
      let place = index < 0 ? items.count + index : index
      return items.indices.contains(place) ? items[place] : nil
    default: return nil
    }
  }

  private static func items(_ value: JSON?) -> [JSON] {
    switch value {
    case .array(let items)?: items
    case .object(let members)?: members.names.map(JSON.string)
    default: []
    }
  }

  private static func isTrue(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null?: false
    case .bool(let flag)?: flag
    case .number(let number)?: Double(number.description) != 0
    case .string(let text)?: !text.text.isEmpty
    case .array(let items)?: !items.isEmpty
    case .object(let members)?: members.count > 0
    }
  }

  private static func text(_ value: JSON) -> String { TemplateFilter.text(value) }
}
