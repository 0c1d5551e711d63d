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
        text += Self.bare(name) ?? JSON.text(name).description
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
    case .string(let string): text += (Self.bare(string.text) ?? description) + "\n"
    default: text += description + "\n"
    }
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
