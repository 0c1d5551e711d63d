// Decides how a statement over parallel arrays is made cheap for a single row: unnest of n arrays starts n function
// scans, which for one row cost more than the row itself.

/// A statement whose rows come as parallel arrays, `FROM unnest($1::uuid[], $2::text[], …)`, with a form for one row,
/// `FROM (VALUES ($1::uuid, $2::text, …))`, derived from the same text: the planner folds that into plain parameters.
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

  /// The text for one row; nil when no `unnest` takes all arrays of the statement, or there is more than one.
  static func single(_ sql: String) -> String? {
    let parts = sql.split(separator: "unnest(", omittingEmptySubsequences: false)
    guard parts.count == 2, let end = parts[1].firstIndex(of: ")") else { return nil }
    let arrays = parts[1][..<end]
    let rest = parts[1][sql.index(after: end)...]
    guard arrays.contains("[]"),
      arrays.ranges(of: "[]").count == arrays.count(where: { $0 == "$" }),
      !parts[0].contains("$"), !rest.contains("[]")
    else { return nil }
    let scalars = arrays.replacing("[]", with: "")
    let isNamed = rest.drop(while: \.isWhitespace).hasPrefix("AS ")
    return "\(parts[0])(VALUES (\(scalars)))\(isNamed ? "" : " AS one")\(rest)"
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
    guard rows == 1, let one = statement.one else { return try execute(statement.many, bind) }
    return try execute(one) { buffer in
      buffer.bindsArraysAsScalars = true
      defer { buffer.bindsArraysAsScalars = false }
      try bind(&buffer)
    }
  }
}
