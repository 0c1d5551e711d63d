// Decides how text goes into header fields and comes out of them: strings are made only when asked for,
// and a literal name costs none.

import Glibc

extension HTTPFields {
  /// The first value of a name in lower case.
  public subscript(name: StaticString) -> String? {
    withValue(of: name) { String(decoding: $0, as: UTF8.self) }
  }

  /// The first value of a name in lower case.
  @_disfavoredOverload
  public subscript(name: String) -> String? {
    withValue(of: name) { String(decoding: $0, as: UTF8.self) }
  }

  /// Calls `body` with the bytes of a name's first value; nil when there is none.
  public func withValue<R>(
    of name: StaticString, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R? {
    try withValue(
      ofBytes: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), body)
  }

  /// Calls `body` with the bytes of a name's first value; nil when there is none.
  @_disfavoredOverload
  public func withValue<R>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R? {
    var name = name
    return try name.withUTF8 { try withValue(ofBytes: UnsafeRawBufferPointer($0), body) }
  }

  private func withValue<R>(
    ofBytes name: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R? {
    var result: R?
    try forEachRecord { candidate, value in
      guard Self.same(candidate, name) else { return true }
      result = try body(value)
      return false
    }
    return result
  }

  /// True when a field of that name (lower case) exists.
  public func contains(_ name: StaticString) -> Bool { withValue(of: name) { _ in true } ?? false }

  /// All values of a name in lower case, in order.
  public func values(of name: String) -> [String] {
    var name = name
    var values: [String] = []
    name.withUTF8 { wanted in
      forEachRecord { candidate, value in
        if Self.same(candidate, UnsafeRawBufferPointer(wanted)) {
          values.append(String(decoding: value, as: UTF8.self))
        }
        return true
      }
    }
    return values
  }

  /// True when the first value of a name (lower case) is exactly that text.
  public func has(_ name: StaticString, _ value: StaticString) -> Bool {
    withValue(of: name) {
      Self.same(
        $0, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    } ?? false
  }

  /// Appends a field.
  ///
  /// - Returns: false, and nothing is appended, when the name is not a token (RFC 9110, 5.6.2).
  @discardableResult
  public mutating func append(_ name: String, _ value: String) -> Bool {
    var name = name
    var value = value
    return name.withUTF8 { name in
      value.withUTF8 { append(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer($0)) }
    }
  }

  /// Appends a field whose value is a number.
  @discardableResult
  public mutating func append(_ name: String, _ value: Int) -> Bool { append(name, String(value)) }

  /// Appends all fields of another list.
  public mutating func append(contentsOf other: HTTPFields) {
    other.forEachField { appendVerified($0, $1) }
  }

  /// Removes all fields of a name in lower case.
  public mutating func removeAll(named name: String) {
    var name = name
    name.withUTF8 { wanted in
      var kept = HTTPFields()
      forEachField {
        if !Self.same($0, UnsafeRawBufferPointer(wanted)) { kept.appendVerified($0, $1) }
      }
      self = kept
    }
  }

  /// Length first, then bytes.
  static func same(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let left = a.baseAddress, let right = b.baseAddress else { return true }
    return memcmp(left, right, a.count) == 0
  }
}

extension HTTPFields: Sequence {
  /// One field as text.
  public struct Field: Sendable, Equatable {
    /// The name, in lower case.
    public let name: String
    /// The value; bytes that are not UTF-8 are replaced.
    public let value: String
  }

  /// Iterates over the fields as text. Where the bytes will do, use `forEachField`.
  public func makeIterator() -> [Field].Iterator {
    var fields: [Field] = []
    fields.reserveCapacity(count)
    forEachField {
      fields.append(
        Field(
          name: String(decoding: $0, as: UTF8.self), value: String(decoding: $1, as: UTF8.self)))
    }
    return fields.makeIterator()
  }
}
