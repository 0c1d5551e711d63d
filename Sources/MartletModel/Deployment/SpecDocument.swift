// Decides how what is kept of deployments becomes one text: members sorted, so that equal texts mean equal things; what
// says nothing is left out.

/// A JSON object under construction whose empty members are left out.
struct SpecDocument {
  private(set) var members = JSONMembers()

  /// The object with all its members sorted, whatever depth.
  var json: JSON { Self.sorted(.object(members)) }

  mutating func set(_ name: String, _ value: JSON?) {
    if let value { members.set(JSONText(name), to: value) }
  }

  mutating func set(_ name: String, _ text: String) {
    if !text.isEmpty { set(name, .string(JSONText(text))) }
  }

  mutating func set(_ name: String, _ flag: Bool) {
    if flag { set(name, .bool(true)) }
  }

  mutating func set(_ name: String, _ number: Int64) {
    if number != 0 { set(name, .number(ExactNumber(Int(number)))) }
  }

  /// A number by its shortest text.
  mutating func set(_ name: String, _ number: Double) {
    if number != 0 { set(name, ExactNumber("\(number)").map { .number($0) }) }
  }

  mutating func set(_ name: String, _ texts: [String]) {
    if !texts.isEmpty { set(name, .array(texts.map { .string(JSONText($0)) })) }
  }

  mutating func set(_ name: String, _ values: [JSON]) {
    if !values.isEmpty { set(name, .array(values)) }
  }

  mutating func set(_ name: String, _ texts: [String: String]) {
    if texts.isEmpty { return }
    var object = JSONMembers()
    for (key, text) in texts { object.set(JSONText(key), to: .string(JSONText(text))) }
    set(name, .object(object))
  }

  mutating func set(_ name: String, _ object: JSONMembers) {
    if object.count > 0 { set(name, .object(object)) }
  }

  private static func sorted(_ json: JSON) -> JSON {
    switch json {
    case .null, .bool, .number, .string: return json
    case .array(let values): return .array(values.map(sorted))
    case .object(let members):
      var result = JSONMembers()
      for name in members.names.sorted() { result.set(name, to: sorted(members[name] ?? .null)) }
      return .object(result)
    }
  }
}

/// A value of such an object when it is read; what is not there says nothing.
struct SpecValue {
  let json: JSON?

  init(_ json: JSON?) { self.json = json }

  subscript(_ name: String) -> SpecValue { SpecValue(json?[name]) }

  var isThere: Bool { json != nil }
  var text: String { if case .string(let text)? = json { text.text } else { "" } }
  var flag: Bool { json == .bool(true) }
  var integer: Int64 {
    if case .number(let number)? = json { Int64(number.integer ?? 0) } else { 0 }
  }
  var number: Double {
    if case .number(let number)? = json { Double(number.description) ?? 0 } else { 0 }
  }
  var list: [SpecValue] {
    if case .array(let values)? = json { values.map { SpecValue($0) } } else { [] }
  }
  var object: JSONMembers {
    if case .object(let members)? = json { members } else { JSONMembers() }
  }
  var texts: [String: String] {
    var texts: [String: String] = [:]
    let object = object
    for name in object.names { texts[name.text] = SpecValue(object[name]).text }
    return texts
  }
}

extension JSONMembers {
  /// Reads an object; no text is an object without members.
  ///
  /// - Returns: nil when it is no JSON object.
  public init?(text: String) {
    if text.isEmpty {
      self.init()
      return
    }
    guard case .object(let members)? = try? JSON(parsing: text) else { return nil }
    self = members
  }

  /// The object as compact JSON; empty when it has no members.
  public var text: String { count == 0 ? "" : JSON.object(self).description }

  /// These members, and over them those of another object, name by name.
  public func overlaid(by other: JSONMembers) -> JSONMembers {
    var result = self
    for name in other.names { result.set(name, to: other[name] ?? .null) }
    return result
  }
}
