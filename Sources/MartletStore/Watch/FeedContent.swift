// Decides what a batch of the feed stands for: history rows or log lines, read only when someone
// follows.

import MartletModel
import MartletPostgres

/// What can be followed.
protocol FeedContent: Sendable {
  associatedtype Value: Sendable
  /// Reads what some batches hold of the runs that pass, with its place in its batch.
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<Value>]
  static func run(of value: Value) -> RunID
  static func namespace(of value: Value) -> Namespace
}

/// Something of the feed and where it stands.
struct FeedEntry<Value: Sendable>: Sendable {
  var value: Value
  var transaction: Int64
  var ordinal: Int32
}

/// Transitions of runs.
enum TransitionContent {
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<Transition>] {
    var keys: [(run: RunID, revision: Int64, transaction: Int64, ordinal: Int32)] = []
    for row in rows where row.lines == nil && (row.revisions.first ?? 0) > 0 {
      for (index, run) in row.runs.enumerated() where passes(run) {
        keys.append((run, row.revisions[index], row.transaction, Int32(truncatingIfNeeded: index)))
      }
    }
    if keys.isEmpty { return [] }
    return try connection.query(SQL.readTransitions) {
      $0.bindArray(count: keys.count) { keys[$0].run }
      $0.bindArray(count: keys.count) { keys[$0].revision }
    }.map { row throws in
      let key = keys[Int(try row.get(18, as: Int64.self))]
      return FeedEntry(
        value: try Transition(row), transaction: key.transaction, ordinal: key.ordinal)
    }
  }
}

/// Log lines of runs.
enum LogContent: FeedContent {
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<LogLine>] {
    var entries: [FeedEntry<LogLine>] = []
    for row in rows {
      guard let lines = row.lines else { continue }
      let runs = row.runs.filter(passes)
      if runs.isEmpty { continue }
      var ordinal: Int32 = 0
      try connection.query(SQL.readLogs) {
        $0.bindArray(runs)
        $0.bind(lines.lowerBound)
        $0.bind(lines.upperBound)
        $0.bind(row.transaction)
      }.forEach { cells throws(PostgresError) in
        entries.append(
          FeedEntry(
            value: try LogLine(cells), transaction: row.transaction, ordinal: ordinal))
        ordinal += 1
      }
    }
    return entries
  }

  static func run(of value: LogLine) -> RunID { value.runID }
  static func namespace(of value: LogLine) -> Namespace { value.namespace }
}

/// Outermost runs that were looked up lately: they never change.
final class RootCache: Sendable {
  private let known = Locked<[RunID: RunID]>([:])
  private static let limit = 100_000

  /// Looks up the roots of the runs of some batches.
  func load(_ rows: [FeedRow], on connection: PostgresConnection) throws {
    let missing = known.withLock { known in
      Set(rows.flatMap(\.runs)).filter { known[$0] == nil }
    }
    if missing.isEmpty { return }
    var found: [RunID: RunID] = [:]
    try connection.query(SQL.getRoots) { $0.bindArray(missing.sorted()) }
      .forEach { row throws(PostgresError) in
        found[try row.get(0)] = try row.get(1, as: RunID.self)
      }
    known.withLock { known in
      if known.count + found.count > Self.limit { known.removeAll(keepingCapacity: true) }
      for (run, root) in found { known[run] = root }
    }
  }

  func root(of run: RunID) -> RunID? { known.withLock { $0[run] } }
}
