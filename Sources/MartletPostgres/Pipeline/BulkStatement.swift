// Decides how a statement over parallel arrays is made cheap for a single row: unnest of n arrays starts n function
// scans, which for one row cost more than the row itself.

/// A statement whose rows come as parallel arrays, `FROM unnest($1::uuid[], $2::text[], …)`, with a form for one row,
/// `FROM (VALUES ($1::uuid, $2::text, …))`, derived from the same text: the planner folds that into plain parameters.
/// Arrays may be unfolded in several places, and used as arrays beside that (`ARRAY[$1::uuid]`).
public struct BulkStatement: Sendable {
  /// For any number of rows.
  public let many: Statement
  /// For one row, its columns as plain parameters; nil when the text has no such form.
  public let one: Statement?

  /// Derives the form for one row.
  public init(_ statement: Statement) {
    many = statement
    one = BulkStatement.single(statement.sql).map { sql in
      Statement(
        statement.name + "_one", sql, parameterTypes: [], planning: statement.planning)
    }
  }

  /// The text for one row; nil when there is no `unnest`, or one takes what is not a typed array.
  static func single(_ sql: String) -> String? {
    let parts = sql.split(separator: "unnest(", omittingEmptySubsequences: false)
    guard parts.count > 1, !parts[0].contains("$") else { return nil }
    var text = String(parts[0])
    var unfolded: Set<Substring> = []
    for (index, part) in parts.dropFirst().enumerated() {
      guard let end = part.firstIndex(of: ")") else { return nil }
      let arrays = part[..<end]
      let parameters = arrays.split(separator: ",").map { $0.drop(while: \.isWhitespace) }
      guard parameters.allSatisfy({ $0.hasPrefix("$") && $0.hasSuffix("[]") }) else { return nil }
      unfolded.formUnion(parameters)
      let rest = part[sql.index(after: end)...]
      let isNamed = rest.drop(while: \.isWhitespace).hasPrefix("AS ")
      let name = isNamed ? "" : index == 0 ? " AS one" : " AS one\(index + 1)"
      text += "(VALUES (\(arrays.replacing("[]", with: ""))))\(name)\(rest)"
    }
    for array in unfolded { text = text.replacing(array, with: "ARRAY[\(array.dropLast(2))]") }
    return text.replacing("ARRAY[", with: "").contains("[]") ? nil : text
  }
}

extension Pipeline {
  /// Sends a statement for some rows, in its form for one when there is one; the closure binds arrays in both cases,
  /// and after them what the statement takes beside the rows.
  /// - Throws: as ``execute(_:_:)``.
  @discardableResult
  public func execute(
    _ statement: BulkStatement, rows: Int, _ bind: (inout ParameterBuffer) throws -> Void
  ) throws -> Ticket {
    try execute(statement, isOneEach: rows == 1, bind)
  }

  /// The same, for a statement that unfolds rows of several kinds.
  /// - Parameter isOneEach: Whether every array has one element.
  /// - Throws: as ``execute(_:_:)``.
  @discardableResult
  public func execute(
    _ statement: BulkStatement, isOneEach: Bool, _ bind: (inout ParameterBuffer) throws -> Void
  ) throws -> Ticket {
    guard isOneEach, let one = statement.one else { return try execute(statement.many, bind) }
    return try execute(one) { buffer in
      buffer.bindsArraysAsScalars = true
      defer { buffer.bindsArraysAsScalars = false }
      try bind(&buffer)
    }
  }
}
