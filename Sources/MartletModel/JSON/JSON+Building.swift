// Decides how JSON is put together in code.

extension JSON {
  /// A text.
  public static func text(_ text: String) -> JSON { .string(JSONText(text)) }

  /// A whole number.
  public static func integer(_ value: Int) -> JSON { .number(ExactNumber(value)) }

  /// A number; null for one that JSON does not have.
  public static func double(_ value: Double) -> JSON {
    ExactNumber("\(value)").map { .number($0) } ?? .null
  }

  /// An object of members in their order; those that are nil are left out.
  public static func object(_ members: [(String, JSON?)]) -> JSON {
    .object(JSONMembers(members))
  }

  /// A list of texts.
  public static func texts(_ texts: [String]) -> JSON { .array(texts.map { .text($0) }) }
}

extension JSONMembers {
  /// Members in their order; those that are nil are left out.
  public init(_ members: [(String, JSON?)]) {
    self.init()
    for (name, value) in members { if let value { set(JSONText(name), to: value) } }
  }

  /// The names with their values, in order.
  public var pairs: [(name: String, value: JSON)] {
    zip(names, values).map { ($0.text, $1) }
  }
}
