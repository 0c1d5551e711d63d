// Decides what a custom webhook asks for: every text of its block with `{{ subject }}`, `{{ body }}`, `{{ name }}` and its
// secrets in their places.

extension NotificationRequests {
  static func custom(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    var values: [String: String] = [:]
    for (name, value) in try block.pairs("secrets") { values[name] = value }
    values["subject"] = text.subject
    values["body"] = text.body
    values["name"] = try block.text("name") ?? ""
    let form = block.data["form_data"] ?? .null
    let json = block.data["json_data"] ?? .null
    guard form == .null || json == .null else {
      throw block.fault("form_data", "cannot be together with json_data")
    }
    let address = try Self.filled(try block.required("url"), values, block, "url")
    var request = OutgoingRequest(
      to: try WebAddress(address, "the custom-webhook block's url")
        .adding(try Self.pairs("params", values, block)))
    request.method = try method(block)
    request.allowsPrivate = block.flag("allow_private_urls", default: true)
    for (name, value) in try Self.pairs("headers", values, block) {
      try request.add(name, value, "the custom-webhook block's headers")
    }
    let cookies = try Self.pairs("cookies", values, block)
    if !cookies.isEmpty {
      try request.add(
        "cookie", cookies.map { "\($0)=\($1)" }.joined(separator: "; "),
        "the custom-webhook block's cookies")
    }
    if case .number(let seconds)? = block.data["timeout"], let value = Double(seconds.description),
      value > 0, value < 3600
    {
      request.patience = Interval(microseconds: Int64(value * 1_000_000))
    }
    if case .object = form {
      request.body = Percent.form(try Self.pairs("form_data", values, block))
      request.carry(type: "application/x-www-form-urlencoded")
    } else if case .string(let raw) = form {
      request.body = try Self.filled(raw.text, values, block, "form_data")
    } else if json != .null {
      request.carry(try Self.filled(json, values, block))
    }
    return request
  }

  private static func pairs(
    _ name: String, _ values: [String: String], _ block: BlockFields
  ) throws(InvalidValue) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for (key, value) in try block.pairs(name) {
      pairs.append(
        (try filled(key, values, block, name), try filled(value, values, block, name)))
    }
    return pairs
  }

  private static func filled(
    _ json: JSON, _ values: [String: String], _ block: BlockFields
  ) throws(InvalidValue) -> JSON {
    switch json {
    case .string(let text): return .text(try filled(text.text, values, block, "json_data"))
    case .array(let items):
      var all: [JSON] = []
      for item in items { all.append(try filled(item, values, block)) }
      return .array(all)
    case .object(let members):
      var all = JSONMembers()
      for (name, value) in members.pairs {
        let name = try filled(name, values, block, "json_data")
        all.set(JSONText(name), to: try filled(value, values, block))
      }
      return .object(all)
    default: return json
    }
  }

  /// A text with the values in the places of `{{ their names }}`, once: what they hold is not looked at.
  private static func filled(
    _ text: String, _ values: [String: String], _ block: BlockFields, _ field: String
  ) throws(InvalidValue) -> String {
    var filled = ""
    var rest = text[...]
    while let (before, name, after) = place(in: rest) {
      guard let value = values[name] else {
        throw block.fault(
          field, "has a place for \(name): subject, body, name and the names of secrets are known")
      }
      filled += before + value
      rest = after
    }
    return filled + rest
  }

  /// The first place for a value, with what is before and after it.
  private static func place(in text: Substring) -> (Substring, String, Substring)? {
    var start = text.startIndex
    while start < text.endIndex {
      guard text[start...].hasPrefix("{{") else {
        start = text.index(after: start)
        continue
      }
      var end = text.index(start, offsetBy: 2)
      while end < text.endIndex, !text[end...].hasPrefix("}}") { end = text.index(after: end) }
      guard end < text.endIndex else { return nil }
      let inner = text[text.index(start, offsetBy: 2)..<end]
      let name = inner.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
      return (text[..<start], String(name), text[text.index(end, offsetBy: 2)...])
    }
    return nil
  }
}
