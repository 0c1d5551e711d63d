// Decides how lines and indentation of generated Swift are put together.

/// Source text that grows line by line.
struct SourceText {
  private(set) var content = ""
  private var depth = 0

  /// Adds a line at the current indentation; an empty one stays empty.
  mutating func line(_ text: String = "") {
    if !text.isEmpty {
      content += String(repeating: "  ", count: depth)
      content += text
    }
    content += "\n"
  }

  /// Adds a line and indents what follows.
  mutating func open(_ text: String) {
    line(text)
    depth += 1
  }

  /// Ends an indentation.
  mutating func close(_ text: String = "}") {
    depth -= 1
    line(text)
  }

  /// Adds a doc comment; nothing for an empty one.
  mutating func doc(_ comment: String) {
    guard !comment.isEmpty else { return }
    for text in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      line(text.isEmpty ? "///" : "/// \(text)")
    }
  }
}

/// A Swift string literal.
func quoted(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\n": literal += "\\n"
    case "\t": literal += "\\t"
    case "\r": literal += "\\r"
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
