// Decides where the logical lines of a Python source begin and end, as far as it takes to find decorators: brackets and
// literals go on over lines, comments are nothing.

/// The logical lines of a source, without their indentation and comments.
struct PythonScanner {
  private let source: [Character]
  private var at = 0

  init(_ source: String) { self.source = Array(source) }

  /// The next logical line; nil at the end.
  mutating func nextLine() -> String? {
    guard at < source.count else { return nil }
    var line = ""
    var depth = 0
    while at < source.count {
      let character = source[at]
      switch character {
      case "#": while at < source.count, !source[at].isNewline { at += 1 }
      case "\"", "'":
        let start = at
        at = Self.end(ofLiteralAt: at, in: source)
        line += String(source[start..<at])
      case "\\" where at + 1 < source.count && source[at + 1].isNewline: at += 2
      case _ where character.isNewline:
        at += 1
        if depth == 0 { return line.trimmedFront }
        line += " "
      default:
        if "([{".contains(character) { depth += 1 }
        if ")]}".contains(character) { depth = max(0, depth - 1) }
        line.append(character)
        at += 1
      }
    }
    return line.trimmedFront
  }

  private static func end(ofLiteralAt start: Int, in source: [Character]) -> Int {
    let quote = source[start]
    let isLong =
      start + 2 < source.count && source[start + 1] == quote && source[start + 2] == quote
    var at = start + (isLong ? 3 : 1)
    while at < source.count {
      if source[at] == "\\" {
        at += 2
        continue
      }
      if source[at] == quote {
        if !isLong { return at + 1 }
        if at + 2 < source.count, source[at + 1] == quote, source[at + 2] == quote { return at + 3 }
      } else if source[at].isNewline, !isLong {
        return at
      }
      at += 1
    }
    return source.count
  }

  /// Where a literal ends.
  static func end(ofLiteralAt index: String.Index, in text: String) -> String.Index {
    let rest = Array(text[index...])
    return text.index(index, offsetBy: min(rest.count, end(ofLiteralAt: 0, in: rest)))
  }

  /// The value of a literal at the beginning of a text; nil for anything but a plain one on one line.
  static func literal(_ text: Substring) -> String? {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
    let literal = Array(text)[..<end(ofLiteralAt: 0, in: Array(text))]
    guard literal.count >= 2, literal.last == quote else { return nil }
    let isLong = literal.count >= 6 && literal.prefix(3).allSatisfy { $0 == quote }
    let inner = literal.dropFirst(isLong ? 3 : 1).dropLast(isLong ? 3 : 1)
    guard !inner.contains("\\") else { return nil }
    return String(inner)
  }
}

extension String {
  /// The text without blanks at its beginning.
  fileprivate var trimmedFront: String { String(drop(while: \.isWhitespace)) }
}
