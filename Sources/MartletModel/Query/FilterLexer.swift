// Decides the words of a filter: names, comparators, values, parentheses, and where each stands.

/// A word of a filter.
struct FilterToken: Equatable {
  /// What it is.
  var kind: Kind
  /// Where it begins, in UTF-8 bytes.
  var position: Int

  enum Kind: Equatable {
    /// A path of names, `labels.team`; `AND`, `OR` and `NOT` stand alone and are not quoted.
    case path([String])
    case and, or, not, minus, open, close, end
    case comparator(FilterOperator)
    /// A value; a trailing `*` that was not escaped is cut off and noted.
    case value(String, isPrefix: Bool)
  }
}

/// Splits a filter into words. After a comparator comes a value, in which `:` and `-` may stand bare.
struct FilterLexer {
  private let bytes: [UInt8]
  private var index = 0
  private var expectsValue = false

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func next() throws(QueryError) -> FilterToken {
    while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    let position = index
    guard index < bytes.count else { return FilterToken(kind: .end, position: position) }
    if expectsValue {
      expectsValue = false
      return FilterToken(kind: try value(), position: position)
    }
    switch bytes[index] {
    case UInt8(ascii: "("): return single(.open, position)
    case UInt8(ascii: ")"): return single(.close, position)
    case UInt8(ascii: "-"): return single(.minus, position)
    default: break
    }
    if let comparator = comparator() {
      expectsValue = true
      return FilterToken(kind: .comparator(comparator), position: position)
    }
    return FilterToken(kind: try path(), position: position)
  }

  private mutating func single(_ kind: FilterToken.Kind, _ position: Int) -> FilterToken {
    index += 1
    return FilterToken(kind: kind, position: position)
  }

  private mutating func comparator() -> FilterOperator? {
    let hasEqual = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
    let found: FilterOperator
    switch (bytes[index], hasEqual) {
    case (UInt8(ascii: "<"), true): found = .lessOrEqual
    case (UInt8(ascii: ">"), true): found = .greaterOrEqual
    case (UInt8(ascii: "!"), true): found = .notEqual
    case (UInt8(ascii: "<"), false): found = .less
    case (UInt8(ascii: ">"), false): found = .greater
    case (UInt8(ascii: "="), _): found = .equal
    case (UInt8(ascii: ":"), _): found = .has
    default: return nil
    }
    index += found.rawValue.utf8.count
    return found
  }

  private mutating func path() throws(QueryError) -> FilterToken.Kind {
    var names: [String] = []
    var isQuoted = false
    while true {
      if index < bytes.count, Self.isQuote(bytes[index]) {
        isQuoted = true
        names.append(try quoted().text)
      } else {
        let start = index
        while index < bytes.count, Self.isName(bytes[index]) { index += 1 }
        guard index > start else {
          throw QueryError(position: index, problem: "Expected the name of a field")
        }
        names.append(String(decoding: bytes[start..<index], as: UTF8.self))
      }
      guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { break }
      index += 1
    }
    if names.count == 1, !isQuoted {
      switch names[0] {
      case "AND": return .and
      case "OR": return .or
      case "NOT": return .not
      default: break
      }
    }
    return .path(names)
  }

  private mutating func value() throws(QueryError) -> FilterToken.Kind {
    if Self.isQuote(bytes[index]) {
      let (text, isPrefix) = try quoted()
      return .value(text, isPrefix: isPrefix)
    }
    let start = index
    while index < bytes.count, !Self.isSpace(bytes[index]), bytes[index] != UInt8(ascii: "("),
      bytes[index] != UInt8(ascii: ")"), !Self.isQuote(bytes[index])
    {
      index += 1
    }
    guard index > start else { throw QueryError(position: start, problem: "Expected a value") }
    var word = bytes[start..<index]
    let isPrefix = word.last == UInt8(ascii: "*")
    if isPrefix { word.removeLast() }
    if let star = word.firstIndex(of: UInt8(ascii: "*")) { throw Self.starError(star) }
    return .value(String(decoding: word, as: UTF8.self), isPrefix: isPrefix)
  }

  private mutating func quoted() throws(QueryError) -> (text: String, isPrefix: Bool) {
    let start = index
    let quote = bytes[index]
    var text: [UInt8] = []
    var star: Int?
    index += 1
    while index < bytes.count, bytes[index] != quote {
      if let star { throw Self.starError(star) }
      switch bytes[index] {
      case UInt8(ascii: "\\"):
        index += 1
        guard index < bytes.count else { break }
        switch bytes[index] {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "*"):
          text.append(bytes[index])
        default:
          throw QueryError(
            position: index - 1, problem: "Unknown escape: only \\\\ \\\" \\' \\* \\n \\t are")
        }
        index += 1
      case UInt8(ascii: "*"):
        star = index
        index += 1
      default:
        text.append(bytes[index])
        index += 1
      }
    }
    guard index < bytes.count else {
      throw QueryError(position: start, problem: "The quote is not closed")
    }
    index += 1
    return (String(decoding: text, as: UTF8.self), star != nil)
  }

  private static func starError(_ position: Int) -> QueryError {
    QueryError(position: position, problem: "A * may only end a value; write \\* within quotes")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  /// Letters, digits, `_`, and `-` within a name; other alphabets are let through to the table.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
      true
    default: false
    }
  }
}
