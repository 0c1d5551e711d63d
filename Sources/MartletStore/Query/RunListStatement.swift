// Decides how the statements of lists and counts are completed: condition, key of the page, order.

import MartletModel
import MartletPostgres

/// `list_runs`, completed for a question.
struct RunListStatement: Sendable {
  let statement: Statement
  let values: [BoundValue]

  init(_ query: RunQuery) {
    var compiler = FilterCompiler(first: 3)
    var condition = query.filter.map { compiler.condition($0) } ?? "true"
    let column = query.order.key.column
    let direction = query.order.isDescending ? "DESC" : "ASC"
    if let after = query.after {
      condition += " AND " + Self.after(after, query.order, &compiler)
    }
    let order =
      query.order.key == .id
      ? "r.id \(direction)" : "\(column) \(direction) NULLS LAST, r.id \(direction)"
    let limit = compiler.bind(.count(Int64(max(0, query.pageSize)) + 1))
    let sql = SQL.listRuns.sql
      .replacing("true /* condition */", with: condition)
      .replacing("r.id /* order */", with: order)
      .replacing("100 /* limit */", with: limit)
    values = compiler.values
    // Filters are as many as users; only the plain list is worth a plan of its own.
    statement = Statement(
      query.filter == nil
        ? "list_runs_\(query.order.key)_\(direction)_\(query.after?.time == nil)_\(query.after == nil)"
        : "list_runs_filtered",
      sql, planning: query.filter == nil ? .prepared : .everyTime)
  }

  /// The rows that come after the last one of a page, in the list's order with nulls last.
  private static func after(
    _ token: PageToken, _ order: RunOrder, _ compiler: inout FilterCompiler
  ) -> String {
    let sign = order.isDescending ? "<" : ">"
    let id = compiler.bind(.id(token.id))
    guard order.key != .id else { return "r.id \(sign) \(id)" }
    let column = order.key.column
    guard let time = token.time else { return "(\(column) IS NULL AND r.id \(sign) \(id))" }
    let bound = compiler.bind(.time(time))
    return "((\(column), r.id) \(sign) (\(bound), \(id)) OR \(column) IS NULL)"
  }
}

/// `count_runs`, completed for a filter.
struct RunCountStatement: Sendable {
  let statement: Statement
  let values: [BoundValue]

  init(filter: FilterExpression?) {
    var compiler = FilterCompiler(first: 9)
    let condition = filter.map { compiler.condition($0) } ?? "true"
    let sql = SQL.countRuns.sql.replacing("true /* condition */", with: condition)
    values = compiler.values
    statement = Statement("count_runs_filtered", sql, planning: .everyTime)
  }
}

extension RunOrder.Key {
  /// The column the order goes by.
  var column: String {
    switch self {
    case .id: "r.id"
    case .createTime: "r.create_time"
    case .startTime: "s.start_time"
    case .endTime: "s.end_time"
    }
  }

  /// The key's value in a run.
  func value(of run: RunRecord) -> Instant? {
    switch self {
    case .id: nil
    case .createTime: run.createTime
    case .startTime: run.snapshot.startTime
    case .endTime: run.snapshot.endTime
    }
  }
}

extension String {
  /// The text with the one place of `part` replaced.
  fileprivate func replacing(_ part: String, with text: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }

  private func firstRange(of part: String) -> Range<String.Index>? {
    let bytes = utf8
    let wanted = Array(part.utf8)
    var start = bytes.startIndex
    while start != bytes.endIndex {
      if bytes[start...].starts(with: wanted) {
        return start..<bytes.index(start, offsetBy: wanted.count)
      }
      start = bytes.index(after: start)
    }
    return nil
  }
}
