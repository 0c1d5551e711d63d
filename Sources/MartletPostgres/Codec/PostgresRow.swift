// Decides how cells become values, and what is checked before: bounds, NULL, type, length.

public import CPostgres

/// One row of a result. Columns are numbered from 0 in the order of the SELECT list.
public struct PostgresRow: ~Copyable {
  @usableFromInline let result: OpaquePointer
  @usableFromInline let index: Int32

  @inlinable init(result: OpaquePointer, index: Int32) {
    self.result = result
    self.index = index
  }

  /// True if the cell is NULL (or the column does not exist).
  @inlinable public func isNull(_ column: Int) -> Bool {
    PQgetisnull(result, index, Int32(truncatingIfNeeded: column)) != 0
  }

  /// A value that may not be NULL.
  /// - Throws: `decodingError` if it is NULL, has another type, or the column does not exist.
  @inlinable public func get<Value: PostgresValue>(
    _ column: Int, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    try Value.decode(try cell(column))
  }

  /// A value, or `nil` for NULL.
  /// - Throws: `decodingError` if it has another type, or the column does not exist.
  @inlinable public func optional<Value: PostgresValue>(
    _ column: Int, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value? {
    try check(column)
    if isNull(column) { return nil }
    return try Value.decode(try cell(column))
  }

  /// A one-dimensional array without NULL elements. A NULL array is a `decodingError`.
  @inlinable public func array<Element: PostgresValue>(
    _ column: Int, of type: Element.Type = Element.self
  ) throws(PostgresError) -> [Element] {
    var values: [Element] = []
    for value in try nullableArray(column, of: type) {
      guard let value else { throw try cell(column).mismatch("an array without NULL") }
      values.append(value)
    }
    return values
  }

  /// A one-dimensional array whose NULL elements are `nil`.
  @inlinable public func nullableArray<Element: PostgresValue>(
    _ column: Int, of type: Element.Type = Element.self
  ) throws(PostgresError) -> [Element?] {
    try cell(column).elements(of: type)
  }

  @inlinable func check(_ column: Int) throws(PostgresError) {
    guard column >= 0, column < Int(PQnfields(result)) else {
      throw PostgresError(.decodingError, "column \(column) of \(PQnfields(result))")
    }
  }

  @inlinable func cell(_ column: Int) throws(PostgresError) -> PostgresCell {
    try check(column)
    let number = Int32(truncatingIfNeeded: column)
    guard PQgetisnull(result, index, number) == 0, let value = PQgetvalue(result, index, number)
    else { throw PostgresError(.decodingError, "column \(column) is NULL") }
    return PostgresCell(
      bytes: UnsafeRawBufferPointer(
        start: value, count: Int(PQgetlength(result, index, number))),
      type: PQftype(result, number), column: column)
  }
}

extension PostgresCell {
  /// Reads the cell as a one-dimensional array (array_send).
  @inlinable func elements<Element: PostgresValue>(
    of _: Element.Type
  ) throws(PostgresError) -> [Element?] {
    func word(_ offset: Int) throws(PostgresError) -> Int32 {
      guard offset + 4 <= bytes.count else { throw mismatch("an array") }
      return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
    guard bytes.count >= 12 else { throw mismatch("an array") }
    let dimensions = try word(0)
    let oid = UInt32(bitPattern: try word(8))
    if dimensions == 0 { return [] }
    guard dimensions == 1 else { throw mismatch("an array of one dimension") }
    let count = Int(try word(12))
    guard count >= 0, count <= (bytes.count - 20) / 4 else { throw mismatch("an array") }
    var values: [Element?] = []
    values.reserveCapacity(count)
    var offset = 20
    for _ in 0..<count {
      let length = Int(try word(offset))
      offset += 4
      if length < 0 {
        values.append(nil)
        continue
      }
      guard offset + length <= bytes.count else { throw mismatch("an array") }
      let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
      values.append(
        try Element.decode(PostgresCell(bytes: slice, type: oid, column: column)))
      offset += length
    }
    return values
  }
}
