// Decides how the model holds a JSON value that it must judge: exactly as JSON means it. Numbers keep all their digits,
// texts differ when their code points do, and an object remembers the order of its members only for printing.

/// A JSON value.
public indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(ExactNumber)
  case string(JSONText)
  case array([JSON])
  case object(JSONMembers)

  /// The member of an object; nil for anything else.
  public subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[JSONText(name)]
  }
}

/// A text as JSON compares it: code point by code point, while Swift takes two Unicode forms of one text for equal.
public struct JSONText: Hashable, Comparable, Sendable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The text.
  public let text: String

  /// Takes a text.
  public init(_ text: String) { self.text = text }

  /// Takes a text.
  public init(stringLiteral value: String) { text = value }

  /// The text.
  public var description: String { text }

  /// Whether the code points are the same.
  public static func == (left: Self, right: Self) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// The order of code points.
  public static func < (left: Self, right: Self) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  /// Hashes the code points.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }
}

/// The members of a JSON object. Two are equal whatever their order.
public struct JSONMembers: Hashable, Sendable {
  /// The names, in the order in which they were first written.
  public private(set) var names: [JSONText] = []
  private var values: [JSONText: JSON] = [:]

  /// No members.
  public init() {}

  /// How many there are.
  public var count: Int { names.count }

  /// The value of a member; nil when there is none. The last value set of a name counts.
  public subscript(_ name: JSONText) -> JSON? { values[name] }

  /// Gives a member its value.
  public mutating func set(_ name: JSONText, to value: JSON) {
    if values.updateValue(value, forKey: name) == nil { names.append(name) }
  }

  /// Whether the same names have the same values.
  public static func == (left: Self, right: Self) -> Bool { left.values == right.values }

  /// Hashes the members without their order.
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}
