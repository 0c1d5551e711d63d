// Decides what a template is: text with values in it, a safe part of Jinja's language. It cannot call anything.

/// A text with places for values: `{{ value }}`, `{% if value %}`, `{% for name in value %}`, `{# comment #}`.
public struct Template: Hashable, Sendable {
  indirect enum Node: Hashable, Sendable {
    case text(String)
    case output(TemplateExpression)
    case condition(TemplateExpression, [Node], otherwise: [Node])
    case loop(String, TemplateExpression, [Node], otherwise: [Node])
  }

  let nodes: [Node]

  /// The longest template, in bytes.
  public static let longest = 64 << 10
  /// How deep tags may stand in one another.
  static let deepest = 16

  /// Whether a text has places for values.
  public static func isTemplate(_ text: String) -> Bool {
    var before: Character = " "
    for character in text {
      if before == "{", "{%#".contains(character) { return true }
      before = character
    }
    return false
  }

  /// Reads a template.
  public init(_ source: String) throws(TemplateFault) {
    guard source.utf8.count <= Self.longest else {
      throw TemplateFault("is longer than \(Self.longest) bytes")
    }
    var cutter = TemplateCutter(source)
    var rest = try cutter.pieces()[...]
    nodes = try Self.nodes(&rest, depth: 0).nodes
  }

  /// Reads up to a tag that ends what is around it, or the end.
  private static func nodes(
    _ rest: inout ArraySlice<TemplatePiece>, depth: Int
  ) throws(TemplateFault) -> (nodes: [Node], end: [TemplateToken]) {
    guard depth <= deepest else { throw TemplateFault("has tags too deep in one another") }
    var nodes: [Node] = []
    while let piece = rest.popFirst() {
      switch piece {
      case .text(let text): nodes.append(.text(text))
      case .output(let tokens):
        nodes.append(.output(try TemplateExpressionReader.read(tokens[...])))
      case .tag(let tokens):
        switch tokens.first {
        case .word("if")?: nodes.append(try condition(tokens, &rest, depth))
        case .word("for")?: nodes.append(try loop(tokens, &rest, depth))
        case .word("elif")?, .word("else")?, .word("endif")?, .word("endfor")?:
          guard depth > 0 else { throw TemplateFault("ends what has not begun") }
          return (nodes, tokens)
        default: throw TemplateFault("has a tag that is not known: if and for are")
        }
      }
    }
    guard depth == 0 else { throw TemplateFault("lacks an endif or endfor") }
    return (nodes, [])
  }

  private static func condition(
    _ tokens: [TemplateToken], _ rest: inout ArraySlice<TemplatePiece>, _ depth: Int
  ) throws(TemplateFault) -> Node {
    let value = try TemplateExpressionReader.read(tokens.dropFirst())
    let (then, end) = try nodes(&rest, depth: depth + 1)
    switch end.first {
    case .word("elif")?:
      return .condition(value, then, otherwise: [try condition(end, &rest, depth + 1)])
    case .word("else")?:
      let (otherwise, end) = try nodes(&rest, depth: depth + 1)
      guard end == [.word("endif")] else { throw TemplateFault("lacks an endif") }
      return .condition(value, then, otherwise: otherwise)
    default:
      guard end == [.word("endif")] else { throw TemplateFault("lacks an endif") }
      return .condition(value, then, otherwise: [])
    }
  }

  private static func loop(
    _ tokens: [TemplateToken], _ rest: inout ArraySlice<TemplatePiece>, _ depth: Int
  ) throws(TemplateFault) -> Node {
    guard tokens.count > 3, case .word(let name) = tokens[1], tokens[2] == .word("in") else {
      throw TemplateFault("has a for that is not: for NAME in VALUE")
    }
    let value = try TemplateExpressionReader.read(tokens.dropFirst(3))
    var (body, end) = try nodes(&rest, depth: depth + 1)
    var otherwise: [Node] = []
    if end == [.word("else")] { (otherwise, end) = try nodes(&rest, depth: depth + 1) }
    guard end == [.word("endfor")] else { throw TemplateFault("lacks an endfor") }
    return .loop(name, value, body, otherwise: otherwise)
  }
}
