// Decides how the statements of lists and counts are completed: walk, condition, order.

import MartletModel
import MartletPostgres

/// `list_runs`, completed for a question.
struct RunListStatement: Sendable {
  /// How the runs of a page are come by.
  enum Mode: Sendable {
    /// Along the list's order, until the page is full or the bound is met.
    case walk
    /// All runs of the walk are sorted; they are known to be few.
    case sort
  }

  let statement: Statement
  let values: [BoundValue]

  init(_ query: RunQuery, _ walk: RunWalk, _ mode: Mode) {
    var compiler = FilterCompiler(first: 3)
    let source = walk.source(query, mode, &compiler)
    var condition = query.filter.map { compiler.condition($0) } ?? "true"
    let column = query.order.key.column
    let direction = query.order.isDescending ? "DESC" : "ASC"
    if mode == .sort, let after = query.after {
      condition += " AND " + Self.after(after, query.order, &compiler)
    }
    let order =
      query.order.key == .id
      ? "r.id \(direction)" : "\(column) \(direction) NULLS LAST, r.id \(direction)"
    let choice = mode == .sort ? order : RunWalk.order(query.order)
    let limit = compiler.bind(.count(Int64(max(0, query.pageSize)) + 1))
    let sql = SQL.listRuns.sql
      .replacing(RunWalk.place, with: source)
      .replacing("true /* condition */", with: condition)
      .replacing("w.id /* order of the choice */", with: choice)
      .replacing("100 /* limit */", with: limit)
      .replacing("r.id /* order */", with: order)
    values = compiler.values
    // Filters are as many as users; only the plain list is worth a plan of its own.
    statement = Statement(
      query.filter == nil
        ? "list_runs_\(mode)_\(query.order.key)_\(direction)_\(query.after?.time == nil)_\(query.after == nil)"
        : "list_runs_filtered",
      sql, planning: query.filter == nil ? .prepared : .everyTime)
  }

  /// The rows that come after the last one of a page, in the list's order with nulls last.
  private static func after(
    _ token: PageToken, _ order: RunOrder, _ compiler: inout FilterCompiler
  ) -> String {
    let sign = order.isDescending ? "<" : ">"
    let id = compiler.bind(.id(token.id))
    let column = order.key.column
    guard let time = token.time else { return "(\(column) IS NULL AND r.id \(sign) \(id))" }
    let bound = compiler.bind(.time(time))
    return "((\(column), r.id) \(sign) (\(bound), \(id)) OR \(column) IS NULL)"
  }
}

/// `end_run_walk` and `count_run_walk`, completed for a question.
struct RunWalkStatement: Sendable {
  let statement: Statement
  let values: [BoundValue]

  /// Where the walk of a page met its bound.
  static func end(_ query: RunQuery, _ walk: RunWalk) -> RunWalkStatement {
    RunWalkStatement(SQL.endRunWalk, query, walk, .walk)
  }

  /// How many runs a walk has, up to one more than its bound.
  static func count(_ query: RunQuery, _ walk: RunWalk) -> RunWalkStatement {
    RunWalkStatement(SQL.countRunWalk, query, walk, .sort)
  }

  private init(
    _ template: Statement, _ query: RunQuery, _ walk: RunWalk, _ mode: RunListStatement.Mode
  ) {
    var compiler = FilterCompiler(first: 2)
    let source = walk.source(query, mode, &compiler)
    let sql = template.sql.replacing(RunWalk.place, with: source)
      .replacing("w.id /* order */", with: RunWalk.order(query.order))
      .replacing("100 /* bound */", with: "\(RunWalk.bound)")
    values = compiler.values
    statement = Statement(template.name + "_filtered", sql, planning: .everyTime)
  }
}

/// `count_runs`, completed for a filter.
struct RunCountStatement: Sendable {
  let statement: Statement
  let values: [BoundValue]

  init(filter: FilterExpression?) {
    var compiler = FilterCompiler(first: 13)
    let source = RunWalk(filter).byID(&compiler, limit: Int(Store.countBound))
    let condition = filter.map { compiler.condition($0) } ?? "true"
    let sql = SQL.countRuns.sql.replacing(RunWalk.place, with: source)
      .replacing("true /* condition */", with: condition)
    values = compiler.values
    statement = Statement("count_runs_filtered", sql, planning: .everyTime)
  }
}

extension RunWalk {
  /// What stands for the walk in the statements of the files.
  static let place =
    "SELECT r.id, r.create_time FROM run r WHERE r.namespace = $1::text LIMIT 100 /* walk */"

  /// The order in which the walk of a page goes.
  fileprivate static func order(_ order: RunOrder) -> String {
    let direction = order.isDescending ? "DESC" : "ASC"
    let id = "w.id \(direction)"
    return order.key == .createTime ? "w.create_time \(direction), \(id)" : id
  }

  /// The walk of a page. One that is to be sorted shows by one run more than the bound that it is too long.
  fileprivate func source(
    _ query: RunQuery, _ mode: RunListStatement.Mode, _ compiler: inout FilterCompiler
  ) -> String {
    switch mode {
    case .sort: return byID(&compiler, limit: Self.bound + 1)
    case .walk where query.order.key == .createTime:
      return byCreateTime(
        &compiler, isDescending: query.order.isDescending, after: query.after, limit: Self.bound)
    case .walk:
      return byID(
        &compiler, isDescending: query.order.isDescending, after: query.after?.id,
        limit: Self.bound)
    }
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
  /// The text with the first place of `part` replaced.
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
