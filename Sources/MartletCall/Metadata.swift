// Decides how the headers and trailers of a call look to handlers and clients: an ordered list of
// lower-case names with text or binary values, pseudo-headers and transport headers left out.

/// The custom metadata of a call.
public struct Metadata: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The value of an entry. Names that end in `-bin` carry bytes, base64 on the wire.
  public enum Content: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
  }

  /// Names (lower case) and values in the order received.
  public private(set) var entries: [(name: String, value: Content)]

  /// Makes metadata from text entries.
  public init(dictionaryLiteral elements: (String, String)...) {
    entries = elements.map { (name: $0.0, value: .text($0.1)) }
  }

  /// Makes empty metadata.
  public init() { entries = [] }

  /// Whether there are no entries.
  public var isEmpty: Bool { entries.isEmpty }

  /// The first text value of a name (lower case).
  public subscript(name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// The first binary value of a name that ends in `-bin`.
  public func binary(_ name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }

  /// Adds a text entry.
  public mutating func add(_ name: String, _ text: String) {
    entries.append((name: name, value: .text(text)))
  }

  /// Adds a binary entry; the name ends in `-bin`.
  public mutating func add(_ name: String, binary bytes: [UInt8]) {
    entries.append((name: name, value: .binary(bytes)))
  }

  /// Adds the entries of another after one's own.
  public mutating func add(contentsOf other: Metadata) {
    entries.append(contentsOf: other.entries)
  }

  /// Every text value of a name (lower case), in order.
  public func all(_ name: String) -> [String] {
    entries.compactMap { entry in
      guard entry.name == name, case .text(let text) = entry.value else { return nil }
      return text
    }
  }

  /// Equal when the same entries stand in the same order.
  public static func == (a: Metadata, b: Metadata) -> Bool {
    a.entries.count == b.entries.count
      && zip(a.entries, b.entries).allSatisfy { $0.name == $1.name && $0.value == $1.value }
  }
}
