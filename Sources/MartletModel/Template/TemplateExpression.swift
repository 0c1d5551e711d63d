// Decides what can be said in braces: variables, their members, filters, `==`, `!=`, `not`, `and`, `or`.

/// Something that has a value.
indirect enum TemplateExpression: Hashable, Sendable {
  case constant(JSON)
  case variable(String)
  case member(TemplateExpression, TemplateExpression)
  case filter(TemplateFilter, TemplateExpression, [TemplateExpression])
  case not(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  case equal(TemplateExpression, TemplateExpression)
}

/// Reads expressions.
struct TemplateExpressionReader {
  private var rest: ArraySlice<TemplateToken>
  private var depth = 0

  /// How deep expressions may be.
  private static let deepest = 32

  /// Reads all the tokens.
  static func read(_ tokens: ArraySlice<TemplateToken>) throws(TemplateFault) -> TemplateExpression
  {
    guard tokens.count <= 500 else { throw TemplateFault("has an expression that is too long") }
    var reader = TemplateExpressionReader(rest: tokens)
    let expression = try reader.either()
    guard reader.rest.isEmpty else { throw TemplateFault("has an expression that does not end") }
    return expression
  }

  private init(rest: ArraySlice<TemplateToken>) { self.rest = rest }

  private mutating func take(_ token: TemplateToken) -> Bool {
    guard rest.first == token else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func either() throws(TemplateFault) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw TemplateFault("is put together too deep") }
    var left = try both()
    while take(.word("or")) { left = .or(left, try both()) }
    return left
  }

  private mutating func both() throws(TemplateFault) -> TemplateExpression {
    var left = try negation()
    while take(.word("and")) { left = .and(left, try negation()) }
    return left
  }

  private mutating func negation() throws(TemplateFault) -> TemplateExpression {
    var count = 0
    while take(.word("not")) { count += 1 }
    let value = try comparison()
    return count == 0 ? value : count % 2 == 1 ? .not(value) : .not(.not(value))
  }

  private mutating func comparison() throws(TemplateFault) -> TemplateExpression {
    let left = try filtered()
    if take(.sign("==")) { return .equal(left, try filtered()) }
    if take(.sign("!=")) { return .not(.equal(left, try filtered())) }
    return left
  }

  private mutating func filtered() throws(TemplateFault) -> TemplateExpression {
    var value = try path()
    while take(.sign("|")) {
      guard case .word(let name)? = rest.popFirst() else {
        throw TemplateFault("has a filter without a name")
      }
      guard let filter = TemplateFilter(rawValue: name) else {
        throw TemplateFault(
          "has the filter \(name): \(TemplateFilter.allCases.map(\.rawValue).joined(separator: ", ")) are known"
        )
      }
      var arguments: [TemplateExpression] = []
      if take(.sign("(")), !take(.sign(")")) {
        repeat { arguments.append(try either()) } while take(.sign(","))
        guard take(.sign(")")) else { throw TemplateFault("lacks a )") }
      }
      guard arguments.count <= filter.arguments else {
        throw TemplateFault("gives the filter \(name) too much")
      }
      value = .filter(filter, value, arguments)
    }
    return value
  }

  private mutating func path() throws(TemplateFault) -> TemplateExpression {
    var value = try primary()
    while true {
      if take(.sign(".")) {
        switch rest.popFirst() {
        case .word(let name)?, .number(let name)?:
          value = .member(value, .constant(.text(name)))
        default: throw TemplateFault("has a dot without a name")
        }
      } else if take(.sign("[")) {
        value = .member(value, try either())
        guard take(.sign("]")) else { throw TemplateFault("lacks a ]") }
      } else {
        return value
      }
    }
  }

  private mutating func primary() throws(TemplateFault) -> TemplateExpression {
    switch rest.popFirst() {
    case .text(let text)?: return .constant(.text(text))
    case .number(let text)?:
      guard let number = try? JSON(parsing: text) else {
        throw TemplateFault("has \(text), which is no number")
      }
      return .constant(number)
    case .word("true")?, .word("True")?: return .constant(.bool(true))
    case .word("false")?, .word("False")?: return .constant(.bool(false))
    case .word("none")?, .word("None")?: return .constant(.null)
    case .word(let name)?: return .variable(name)
    case .sign("(")?:
      let value = try either()
      guard take(.sign(")")) else { throw TemplateFault("lacks a )") }
      return value
    default: throw TemplateFault("has braces with nothing in them, or half an expression")
    }
  }
}
