// Decides which lines a search of Prefect's finds: words any of which, all of which or none of which a line has.

/// What somebody searches logs for: `word other`, `"some words"`, `+must`, `-not` or `!not`; case does not matter.
struct LogText: Equatable {
  private(set) var any: [String] = []
  private(set) var all: [String] = []
  private(set) var none: [String] = []

  /// Reads a search; a sign by itself means nothing.
  init(_ query: String) {
    var rest = Substring(query)
    while let sign = rest.first {
      if sign.isWhitespace {
        rest.removeFirst()
        continue
      }
      let isSigned = "-!+".contains(sign)
      if isSigned {
        rest.removeFirst()
        guard let next = rest.first, !next.isWhitespace else { continue }
      }
      let words = Self.take(from: &rest).lowercased()
      if words.allSatisfy(\.isWhitespace) { continue }
      switch sign {
      case "+": all.append(words)
      case "-", "!": none.append(words)
      default: any.append(words)
      }
    }
  }

  /// Takes a word or quoted words; quotes and backslashes within quotes stand behind backslashes.
  private static func take(from rest: inout Substring) -> String {
    guard rest.first == "\"" else {
      let word = rest.prefix { !$0.isWhitespace && $0 != "\"" }
      rest = rest.dropFirst(word.count)
      return String(word)
    }
    rest.removeFirst()
    var words = ""
    while let character = rest.popFirst(), character != "\"" {
      if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
        rest.removeFirst()
        words.append(next)
      } else {
        words.append(character)
      }
    }
    return words
  }

  /// Whether a line is found.
  func finds(_ message: String, of logger: String) -> Bool {
    let text = "\(message) \(logger)".lowercased()
    return (any.isEmpty || any.contains { text.contains($0) })
      && all.allSatisfy { text.contains($0) } && !none.contains { text.contains($0) }
  }
}
