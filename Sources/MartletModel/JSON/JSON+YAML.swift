// Decides how a tree is shown as YAML: blocks for objects and lists, values as JSON has them, texts bare where nobody
// could take them for something else.

extension JSON {
  /// The tree as YAML, with a line end behind it.
  public var yaml: String {
    var text = ""
    write(to: &text, indent: 0, isInline: true)
    return text
  }

  private func write(to text: inout String, indent: Int, isInline: Bool) {
    let margin = String(repeating: "  ", count: indent)
    switch self {
    case .object(let members) where members.count > 0:
      for (index, (name, value)) in members.pairs.enumerated() {
        if index > 0 || !isInline { text += margin }
        text += Self.bare(name) ?? Self.quoted(name)
        text += ":"
        switch value {
        case .object(let inner) where inner.count > 0:
          text += "\n"
          value.write(to: &text, indent: indent + 1, isInline: false)
        case .array(let inner) where !inner.isEmpty:
          text += "\n"
          value.write(to: &text, indent: indent + 1, isInline: false)
        default:
          text += " "
          value.write(to: &text, indent: 0, isInline: true)
        }
      }
    case .array(let values) where !values.isEmpty:
      for (index, value) in values.enumerated() {
        if index > 0 || !isInline { text += margin }
        text += "- "
        value.write(to: &text, indent: indent + 1, isInline: true)
      }
    case .string(let string): text += (Self.bare(string.text) ?? Self.quoted(string.text)) + "\n"
    case .number(let number): text += Self.written(number) + "\n"
    default: text += description + "\n"
    }
  }

  /// A text as JSON has it, without what YAML takes for the end of a line or does not take at all.
  private static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in JSON.text(text).description.unicodeScalars {
      switch scalar {
      case "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }

  /// A number; in YAML 1.1 a power of ten needs a fraction before it, and its sign.
  private static func written(_ number: ExactNumber) -> String {
    let parts = number.description.split(separator: "e")
    guard parts.count == 2 else { return number.description }
    return "\(parts[0]).0e\(parts[1].hasPrefix("-") ? "" : "+")\(parts[1])"
  }

  /// A text that no parser of YAML takes for anything else; nil when it needs quotes.
  private static func bare(_ text: String) -> String? {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic,
      text.unicodeScalars.allSatisfy({
        $0.properties.isAlphabetic || "0123456789_-./".unicodeScalars.contains($0)
      }),
      !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    else { return nil }
    return text
  }
}
