// Decides which filters templates have, and what a value is as text: as Jinja prints it, but lists and objects as JSON.

/// What turns a value into another.
enum TemplateFilter: String, Hashable, Sendable, CaseIterable {
  case `default`
  case upper
  case lower
  case length
  case join
  case tojson
  case uiURL = "ui_url"
  case uiEventsURL = "ui_resource_events_url"

  /// The most arguments.
  var arguments: Int {
    switch self {
    case .default: 2
    case .join: 1
    default: 0
    }
  }

  /// The value after the filter; nil for none.
  func apply(_ value: JSON?, _ arguments: [JSON?]) -> JSON? {
    switch self {
    case .default:
      let takesEmpty = arguments.count > 1 && arguments[1] == .bool(true)
      if let value, !(takesEmpty && Self.isEmpty(value)) { return value }
      return arguments.first ?? .text("")
    case .upper: return .text(value.map(Self.text)?.uppercased() ?? "")
    case .lower: return .text(value.map(Self.text)?.lowercased() ?? "")
    case .length:
      switch value {
      case .array(let items)?: return .integer(items.count)
      case .object(let members)?: return .integer(members.count)
      case .string(let text)?: return .integer(text.text.unicodeScalars.count)
      default: return .integer(0)
      }
    case .join:
      guard case .array(let items)? = value else { return .text(value.map(Self.text) ?? "") }
      let between = (arguments.first ?? nil).map(Self.text) ?? ""
      return .text(items.map(Self.text).joined(separator: between))
    case .tojson: return .text((value ?? .null).description)
    // Where people see a thing is among its values.
    case .uiURL, .uiEventsURL: return value?[rawValue] ?? .text("")
    }
  }

  private static func isEmpty(_ value: JSON) -> Bool {
    [.null, .bool(false), .text(""), .array([]), .object(JSONMembers()), .integer(0)]
      .contains(value)
  }

  /// A value as text.
  static func text(_ value: JSON) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .string(let text): text.text
    default: value.description
    }
  }
}
