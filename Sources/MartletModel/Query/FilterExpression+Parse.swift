// Decides how the words of a filter combine: AIP-160, in which OR binds more tightly than AND.

extension FilterExpression {
  /// Longest filter, in bytes.
  public static let longestText = 32 << 10
  /// Deepest nesting of parentheses and NOT.
  public static let deepest = 50
  /// Most comparisons in a filter.
  public static let mostComparisons = 500

  /// Reads an AIP-160 filter: comparisons joined by AND, OR, NOT (or `-`) and parentheses.
  ///
  /// As AIP-160 has it, OR binds more tightly than AND: `a AND b OR c` means `a AND (b OR c)`.
  /// Comparisons that merely follow each other are refused, as are functions and bare words.
  ///
  /// - Returns: The tree; nil for an empty filter, which holds for every run.
  /// - Throws: `QueryError`, which names the position.
  public static func parse(_ text: String) throws(QueryError) -> FilterExpression? {
    guard text.utf8.count <= longestText else {
      throw QueryError(
        position: longestText, problem: "The filter is longer than \(longestText) bytes")
    }
    var parser = try FilterParser(text)
    return try parser.filter()
  }
}

/// A recursive-descent parser, bounded in depth and size.
private struct FilterParser {
  private var lexer: FilterLexer
  private var token: FilterToken
  private var depth = 0
  private var comparisons = 0

  init(_ text: String) throws(QueryError) {
    lexer = FilterLexer(text)
    token = try lexer.next()
  }

  mutating func filter() throws(QueryError) -> FilterExpression? {
    if token.kind == .end { return nil }
    let expression = try expression()
    switch token.kind {
    case .end: return expression
    case .close: throw QueryError(position: token.position, problem: "Nothing is open here")
    default: throw QueryError(position: token.position, problem: "Expected AND or OR")
    }
  }

  private mutating func expression() throws(QueryError) -> FilterExpression {
    var parts = [try factor()]
    while token.kind == .and {
      token = try lexer.next()
      parts.append(try factor())
    }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func factor() throws(QueryError) -> FilterExpression {
    var parts = [try term()]
    while token.kind == .or {
      token = try lexer.next()
      parts.append(try term())
    }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func term() throws(QueryError) -> FilterExpression {
    let position = token.position
    depth += 1
    defer { depth -= 1 }
    guard depth <= FilterExpression.deepest else {
      throw QueryError(
        position: position, problem: "Nested more than \(FilterExpression.deepest) deep")
    }
    switch token.kind {
    case .not, .minus:
      token = try lexer.next()
      return .not(try term())
    case .open:
      token = try lexer.next()
      let inner = try expression()
      guard token.kind == .close else {
        throw QueryError(
          position: token.position,
          problem: token.kind == .end ? "The parenthesis is not closed" : "Expected AND, OR or )")
      }
      token = try lexer.next()
      return inner
    case .path(let names): return try comparison(of: names, at: position)
    default: throw QueryError(position: position, problem: "Expected a comparison")
    }
  }

  private mutating func comparison(of names: [String], at position: Int) throws(QueryError)
    -> FilterExpression
  {
    comparisons += 1
    guard comparisons <= FilterExpression.mostComparisons else {
      throw QueryError(
        position: position,
        problem: "More than \(FilterExpression.mostComparisons) comparisons")
    }
    let field = try FilterSchema.field(names, at: position)
    token = try lexer.next()
    guard case .comparator(let comparator) = token.kind else {
      throw QueryError(
        position: token.position, problem: "Expected one of = != < <= > >= : after the field")
    }
    let place = token.position
    token = try lexer.next()
    guard case .value(let text, let isPrefix) = token.kind else {
      throw QueryError(position: token.position, problem: "Expected a value")
    }
    let comparison = try field.comparison(
      comparator, at: place, text: text, isPrefix: isPrefix, valueAt: token.position)
    token = try lexer.next()
    return comparison
  }
}
