// Decides what a namespace may be called: it is part of every key.

/// The name of a namespace, which separates tenants' runs from each other.
public struct Namespace: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name.
  public let name: String

  /// The namespace of an installation that has not made others.
  public static let standard = Namespace(unchecked: "default")

  /// Takes a name that is known to be good, such as one read from the database.
  public init(unchecked name: String) { self.name = name }

  /// Takes a name from outside.
  ///
  /// - Throws: `InvalidValue` unless it is 1 to 63 of `a-z`, `0-9` and `-`, starting with a letter
  ///   and not ending with a hyphen (an RFC 1035 label).
  public init(_ name: String) throws(InvalidValue) {
    let bytes = name.utf8
    guard let first = bytes.first, let last = bytes.last, bytes.count <= 63,
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= first, last != UInt8(ascii: "-"),
      bytes.allSatisfy({
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || $0 == UInt8(ascii: "-")
      })
    else {
      throw InvalidValue(
        "namespace", "must be 1 to 63 of a-z, 0-9 and -, start with a letter, not end with -")
    }
    self.name = name
  }

  /// The name.
  public var description: String { name }

  /// Orders by name.
  public static func < (left: Namespace, right: Namespace) -> Bool { left.name < right.name }
}
