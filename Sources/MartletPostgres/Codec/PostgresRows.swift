// Decides how a result is read: an owned block of rows, typed access by position, no copies of it.

public import CPostgres

/// The result of one statement: its rows in binary and the number of rows it touched.
///
/// Owns libpq's memory; rows and cells are borrowed from it and cannot outlive it.
public struct PostgresRows: ~Copyable {
  @usableFromInline let result: OpaquePointer

  init(_ result: OpaquePointer) {
    self.result = result
  }

  deinit {
    PQclear(result)
  }

  /// The number of rows returned.
  @inlinable public var count: Int { Int(PQntuples(result)) }

  /// True if no row was returned.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// The number of columns.
  public var columnCount: Int { Int(PQnfields(result)) }

  /// The number of rows inserted, updated, deleted or selected, by the command tag.
  public var affected: Int {
    guard let text = PQcmdTuples(result) else { return 0 }
    return Int(String(cString: text)) ?? 0
  }

  /// Calls `body` with each row in order.
  @inlinable public func forEach(
    _ body: (borrowing PostgresRow) throws -> Void
  ) rethrows {
    for index in 0..<PQntuples(result) { try body(PostgresRow(result: result, index: index)) }
  }

  /// Turns each row into a value.
  @inlinable public func map<T>(
    _ body: (borrowing PostgresRow) throws -> T
  ) rethrows -> [T] {
    var values: [T] = []
    values.reserveCapacity(count)
    for index in 0..<PQntuples(result) {
      values.append(try body(PostgresRow(result: result, index: index)))
    }
    return values
  }

  /// Turns the first row into a value; `nil` if there is none.
  @inlinable public func first<T>(
    _ body: (borrowing PostgresRow) throws -> T
  ) rethrows -> T? {
    guard count > 0 else { return nil }
    return try body(PostgresRow(result: result, index: 0))
  }
}
