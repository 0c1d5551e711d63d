// Decides how header fields are kept: one flat run of bytes, a length-prefixed record for each field, so
// that a message's fields cost one allocation and a lookup compares lengths before bytes.

/// The header or trailer fields of a message: names in lower case and values, in the order they came.
///
/// Names given as text are put in lower case. CR, LF and NUL in a value become a space (RFC 9110, 5.5), so
/// a value can never end its line. Copies share their storage until one changes.
public struct HTTPFields: Sendable {
  /// A record is: name length (4 bytes), value length (4 bytes), name, value.
  var bytes: [UInt8]

  /// How many fields there are.
  public private(set) var count: Int

  static let recordHeader = 8

  /// Makes an empty list.
  public init() {
    bytes = []
    count = 0
  }

  /// Makes a list of records that are laid out as here and verified.
  init(records: UnsafeRawBufferPointer, count: Int) {
    bytes = Array(records)
    self.count = count
  }

  /// True when there is no field.
  public var isEmpty: Bool { count == 0 }

  /// The size by which peers limit a list: names, values and 32 for each field (RFC 9113, 6.5.2).
  public var listSize: Int { bytes.count + count * (32 - Self.recordHeader) }

  /// Makes room for about that many bytes of names and values.
  public mutating func reserveCapacity(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

  /// Appends a field whose name is known to be a token in lower case and whose value is clean.
  mutating func appendVerified(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    appendLength(name.count)
    appendLength(value.count)
    bytes.append(contentsOf: name)
    bytes.append(contentsOf: value)
    count += 1
  }

  /// Appends a field given as bytes.
  ///
  /// - Returns: false, and nothing is appended, when the name is not a token (RFC 9110, 5.6.2).
  @discardableResult
  public mutating func append(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) -> Bool {
    guard FieldSyntax.isToken(name) else { return false }
    appendLength(name.count)
    appendLength(value.count)
    for byte in name { bytes.append(FieldSyntax.lowercased(byte)) }
    for byte in value { bytes.append(FieldSyntax.isLineBreaking(byte) ? 0x20 : byte) }
    count += 1
    return true
  }

  private mutating func appendLength(_ length: Int) {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: length)) { bytes.append(contentsOf: $0) }
  }

  /// Calls `body` with the name and the value of each field in turn until it returns false.
  func forEachRecord(
    _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
  ) rethrows {
    try bytes.withUnsafeBytes { all in
      var at = 0
      while at < all.count {
        let name = at + Self.recordHeader
        let value = name + Int(all.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        let end = value + Int(all.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
        let more = try body(
          UnsafeRawBufferPointer(rebasing: all[name..<value]),
          UnsafeRawBufferPointer(rebasing: all[value..<end]))
        if !more { return }
        at = end
      }
    }
  }

  /// Calls `body` with the bytes of each field, in order; they are valid during the call.
  public func forEachField(
    _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    try forEachRecord {
      try body($0, $1)
      return true
    }
  }
}

extension HTTPFields: Equatable {
  /// Equal when the same fields stand in the same order.
  public static func == (a: HTTPFields, b: HTTPFields) -> Bool { a.bytes == b.bytes }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  /// Makes a list from names and values, kept in that order.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value) }
  }
}
