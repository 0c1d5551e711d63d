// Decides how a JSON value is written: compact, members in their order; and shortly, for sentences.

extension JSON: CustomStringConvertible {
  /// The value as compact JSON.
  public var description: String {
    var text = ""
    write(to: &text, limit: .max)
    return text
  }

  /// The value as compact JSON of about so many bytes at most; what is cut off is an ellipsis.
  public func excerpt(_ limit: Int = 60) -> String {
    var text = ""
    write(to: &text, limit: limit)
    return text.utf8.count > limit ? String(text.unicodeScalars.prefix(limit)) + "…" : text
  }

  private func write(to text: inout String, limit: Int) {
    if text.utf8.count > limit { return }
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number.description
    case .string(let string): Self.write(string, to: &text, limit: limit)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() where text.utf8.count <= limit {
        if index > 0 { text += "," }
        value.write(to: &text, limit: limit)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, name) in members.names.enumerated() where text.utf8.count <= limit {
        if index > 0 { text += "," }
        Self.write(name, to: &text, limit: limit)
        text += ":"
        (members[name] ?? .null).write(to: &text, limit: limit)
      }
      text += "}"
    }
  }

  private static func write(_ string: JSONText, to text: inout String, limit: Int) {
    text += "\""
    for scalar in string.text.unicodeScalars {
      if text.utf8.count > limit { return }
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
