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
    guard left.text.utf8.count == right.text.utf8.count else { return false }
    var (left, right) = (left.text, right.text)
    return left.withUTF8 { left in right.withUTF8 { right in left.elementsEqual(right) } }
  }

  /// The order of code points.
  public static func < (left: Self, right: Self) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  /// Hashes the code points.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}

/// The members of a JSON object. Two are equal whatever their order.
public struct JSONMembers: Hashable, Sendable {
  /// The names, in the order in which they were first written.
  public private(set) var names: [JSONText] = []
  /// The values, in the order of their names.
  public private(set) var values: [JSON] = []
  /// Where each name stands; nil while there are few, or while code gave them: they are looked for one after the other.
  private var places: [JSONText: Int]?

  /// So many are few.
  private static let few = 16

  /// No members.
  public init() {}

  /// No members yet, and room for so many.
  public init(reserving count: Int) {
    names.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// How many there are.
  public var count: Int { names.count }

  /// The value of a member; nil when there is none. The last value set of a name counts.
  public subscript(_ name: JSONText) -> JSON? { place(of: name).map { values[$0] } }

  private func place(of name: JSONText) -> Int? {
    if let places { return places[name] }
    return names.firstIndex(of: name)
  }

  /// Gives a member its value.
  public mutating func set(_ name: JSONText, to value: JSON) {
    if let place = place(of: name) {
      values[place] = value
      return
    }
    append(name, value)
    if places == nil, names.count > Self.few {
      places = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    }
  }

  /// Adds a member whose name is not among them, which is for the caller to know.
  public mutating func append(_ name: JSONText, _ value: JSON) {
    places?[name] = names.count
    names.append(name)
    values.append(value)
  }

  /// Whether the same names have the same values.
  public static func == (left: Self, right: Self) -> Bool {
    left.count == right.count
      && left.names.indices.allSatisfy { right[left.names[$0]] == left.values[$0] }
  }

  /// Hashes the members without their order.
  public func hash(into hasher: inout Hasher) {
    var all = 0
    for (name, value) in zip(names, values) {
      var member = Hasher()
      member.combine(name)
      member.combine(value)
      all ^= member.finalize()
    }
    hasher.combine(all)
  }
}
