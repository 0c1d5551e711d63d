// Decides how runs are listed and counted: a page by key, never a total; counts from the rollup where
// it has the answer, else over a bounded number of runs.

public import MartletModel
import MartletPostgres

/// A question about many runs.
public struct RunQuery: Sendable {
  /// The namespace.
  public var namespace: Namespace
  /// What the runs must meet; nil for all.
  public var filter: FilterExpression?
  /// In which order.
  public var order: RunOrder
  /// The most runs of a page.
  public var pageSize: Int
  /// The end of the last page, from ``RunPage/next``.
  public var after: PageToken?
  /// Whether parameters and tracebacks are read too.
  public var isFull: Bool

  /// Makes a question.
  public init(
    namespace: Namespace, filter: FilterExpression? = nil, order: RunOrder = .standard,
    pageSize: Int = 100, after: PageToken? = nil, isFull: Bool = false
  ) {
    self.namespace = namespace
    self.filter = filter
    self.order = order
    self.pageSize = pageSize
    self.after = after
    self.isFull = isFull
  }
}

/// A page of runs.
public struct RunPage: Sendable {
  /// The runs in the order asked for.
  public var runs: [RunRecord]
  /// Where the next page begins, when there may be more: the order key and id of the last run looked at.
  public var next: Position?

  /// Where a page ended.
  public struct Position: Sendable, Equatable {
    /// The value of the order's key; nil by id, or when the run has none.
    public var time: Instant?
    /// The last run.
    public var id: RunID
  }

  /// The most bytes of texts on a page of several, of runs or of anything else: clients refuse a message of more than 4 MiB.
  public static let mostBytes = 2 << 20

  /// How many of the runs go onto a page, one at least; nil when all do.
  fileprivate static func size(of runs: [RunRecord], most: Int) -> Int? {
    var bytes = 0
    let fitting = runs.prefix { run in
      bytes += run.state.textBytes + run.content.textBytes
      return bytes <= Self.mostBytes
    }.count
    let size = max(1, min(fitting, most))
    return size < runs.count && most > 0 ? size : nil
  }
}

/// How many runs are alike.
public struct RunCount: Sendable, Equatable {
  /// Their kind, if counted by it.
  public var kind: RunKind?
  /// The type of their state, if counted by it.
  public var stateType: StateType?
  /// The name of their state, if counted by it.
  public var stateName: String?
  /// Their definition, if counted by it.
  public var definition: String?
  /// The hour in which they were created, if counted by it.
  public var createHour: Instant?
  /// The hour in which they first ran, if counted by it; nil also for those that never did.
  public var startHour: Instant?
  /// The first moment of the stretch that they are in, if counted by one; nil also for those that never ran.
  public var bucket: Instant?
  /// Their deployment, if counted by it; nil also for those of none.
  public var deploymentID: DeploymentID?
  /// The run above them, if counted by it; nil also for those below none.
  public var parentID: RunID?
  /// How many.
  public var runs: Int64
  /// How long they have been RUNNING, together.
  public var runningTime = Interval.zero
  /// How much later than expected they started, together.
  public var lateness = Interval.zero
}

/// Stretches of time of one width that runs are counted by.
public struct RunBuckets: Sendable, Equatable {
  /// Which time of a run counts.
  ///
  /// The numbers are those of the statement.
  public enum Key: Int16, Sendable {
    /// When it was expected.
    case expectedTime = 1
    /// When it first ran.
    case startTime = 2
  }

  /// Which time counts.
  public var key: Key
  /// How long each is.
  public var width: Interval
  /// Where one of them begins.
  public var start: Instant

  /// Makes stretches.
  public init(_ key: Key, width: Interval, start: Instant) {
    self.key = key
    self.width = width
    self.start = start
  }
}

/// What runs may be counted by.
public struct RunGrouping: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// Takes the bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// By kind.
  public static let kind = RunGrouping(rawValue: 1)
  /// By type of state.
  public static let stateType = RunGrouping(rawValue: 2)
  /// By name of state.
  public static let stateName = RunGrouping(rawValue: 4)
  /// By definition.
  public static let definition = RunGrouping(rawValue: 8)
  /// By hour of creation, in UTC.
  public static let createHour = RunGrouping(rawValue: 16)
  /// By hour of the first start, in UTC.
  public static let startHour = RunGrouping(rawValue: 32)
  /// By deployment.
  public static let deployment = RunGrouping(rawValue: 64)
  /// By the run directly above.
  public static let parent = RunGrouping(rawValue: 128)
}

extension Store {
  /// The most runs that are looked at for a count that the rollup does not know.
  public static let countBound: Int64 = 100_000

  /// Lists a page of runs. It looks at so many runs at most: a page may be short, or empty, and yet not be the last.
  /// - Throws: `invalid` for an order by start or end of more runs than can be sorted.
  public func listRuns(
    _ query: RunQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunPage {
    let walk = RunWalk(query.filter)
    var query = query
    query.pageSize = min(query.pageSize, RunWalk.bound - 1)
    return try await read(deadline) { [query] connection in
      // A plain page along an index is full, or the last one.
      if query.filter == nil, query.order.key == .id || query.order.key == .createTime {
        return try connection.pipeline { pipeline in try pipeline.page(query, walk, .walk) }
      }
      return try connection.transaction(.snapshot) { pipeline in
        let mode = try pipeline.mode(query, walk)
        var page = try pipeline.page(query, walk, mode)
        if mode == .walk, page.next == nil { page.next = try pipeline.end(query, walk) }
        return page
      }
    }
  }

  /// Counts runs by group.
  ///
  /// Without a filter and by kind and state only, the counts are exact and cost nothing, if no times are asked for. Otherwise
  /// the newest `countBound` runs of those that the filter's kind, definition, parent or root fixes are looked at.
  /// - Returns: The counts, and whether there may be more runs than were looked at.
  public func countRuns(
    in namespace: Namespace, filter: FilterExpression? = nil, by grouping: RunGrouping,
    in buckets: RunBuckets? = nil, withTimes: Bool = false,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (counts: [RunCount], isBounded: Bool) {
    if buckets == nil, !withTimes, let (kind, state) = rollup(filter, grouping) {
      return (
        try await sumCounts(namespace, kind: kind, state: state, grouping, deadline), false
      )
    }
    let statement = RunCountStatement(filter: filter)
    let counts = try await read(deadline) { connection -> [CountedGroup] in
      try connection.query(statement.statement) { buffer in
        buffer.bind(namespace)
        buffer.bind(grouping.contains(.kind))
        buffer.bind(grouping.contains(.stateType))
        buffer.bind(grouping.contains(.stateName))
        buffer.bind(grouping.contains(.definition))
        buffer.bind(grouping.contains(.createHour))
        buffer.bind(grouping.contains(.startHour))
        buffer.bind(buckets?.key.rawValue)
        buffer.bind(buckets?.width.microseconds)
        buffer.bind(buckets?.start)
        buffer.bind(grouping.contains(.deployment))
        buffer.bind(grouping.contains(.parent))
        for value in statement.values { value.bind(to: &buffer) }
      }.map { row throws(PostgresError) in try CountedGroup(row) }
    }
    let seen = counts.reduce(0) { $0 + $1.seen }
    return (counts.map(\.count).filter { $0.runs > 0 }, seen >= Self.countBound)
  }

  /// A group of `count_runs`, and how many of the runs that were looked at are in it.
  private struct CountedGroup {
    var count: RunCount
    var seen: Int64

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      count = RunCount(
        kind: try row.optional(0), stateType: try row.optional(1), stateName: try row.optional(2),
        definition: try row.optional(3), createHour: try row.optional(4),
        startHour: try row.optional(5), bucket: try row.optional(6),
        deploymentID: try row.optional(7), parentID: try row.optional(8), runs: try row.get(9),
        runningTime: try row.get(11), lateness: try row.get(12))
      seen = try row.get(10)
    }
  }

  private func sumCounts(
    _ namespace: Namespace, kind: RunKind?, state: StateType?, _ grouping: RunGrouping,
    _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [RunCount] {
    let cells = try await read(deadline) { connection in
      try connection.query(SQL.sumRunCounts) { $0.bind(namespace) }
        .map { row throws(PostgresError) in
          RunCount(kind: try row.get(0), stateType: try row.get(1), runs: try row.get(2))
        }
    }
    var sums: [RunCount] = []
    for cell in cells {
      if let kind, cell.kind != kind { continue }
      if let state, cell.stateType != state { continue }
      var group = cell
      if !grouping.contains(.kind) { group.kind = nil }
      if !grouping.contains(.stateType) { group.stateType = nil }
      if let at = sums.firstIndex(where: {
        $0.kind == group.kind && $0.stateType == group.stateType
      }) {
        sums[at].runs += group.runs
      } else {
        sums.append(group)
      }
    }
    return sums
  }

  /// The kind and type a filter asks for, if the rollup knows the answer.
  private func rollup(
    _ filter: FilterExpression?, _ grouping: RunGrouping
  ) -> (RunKind?, StateType?)? {
    guard grouping.isSubset(of: [.kind, .stateType]) else { return nil }
    switch filter {
    case nil: return (nil, nil)
    case .compare(.kind, .equal, .kind(let kind)): return (kind, nil)
    case .compare(.stateType, .equal, .stateType(let state)): return (nil, state)
    case .all(let parts) where parts.count == 2:
      guard let first = rollup(parts[0], grouping), let second = rollup(parts[1], grouping),
        first.0 == nil || second.0 == nil, first.1 == nil || second.1 == nil
      else { return nil }
      return (first.0 ?? second.0, first.1 ?? second.1)
    default: return nil
    }
  }
}

extension RunCount {
  fileprivate init(kind: RunKind, stateType: StateType, runs: Int64) {
    self.kind = kind
    self.stateType = stateType
    self.runs = runs
  }
}

extension Pipeline {
  /// How the runs of a page are come by. What no index has in order is sorted, if it is little enough.
  fileprivate borrowing func mode(
    _ query: RunQuery, _ walk: RunWalk
  ) throws -> RunListStatement.Mode {
    switch query.order.key {
    case .id: return .walk
    case .createTime: return try walk.isNarrow && isShort(query, walk) ? .sort : .walk
    case .startTime, .endTime:
      guard try isShort(query, walk) else {
        throw StoreError.invalid(
          field: "order_by",
          why: "sorts at most \(RunWalk.bound) runs by \(query.order.key.rawValue): have the filter"
            + " fix a parent_id, root_id or definition with fewer, or order by id or create_time")
      }
      return .sort
    }
  }

  private borrowing func isShort(_ query: RunQuery, _ walk: RunWalk) throws -> Bool {
    let statement = RunWalkStatement.count(query, walk)
    let count = try self.query(statement.statement) { buffer in
      buffer.bind(query.namespace)
      for value in statement.values { value.bind(to: &buffer) }
    }.first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
    return (count ?? 0) <= RunWalk.bound
  }

  fileprivate borrowing func page(
    _ query: RunQuery, _ walk: RunWalk, _ mode: RunListStatement.Mode
  ) throws -> RunPage {
    let statement = RunListStatement(query, walk, mode)
    var runs = try self.query(statement.statement) { buffer in
      buffer.bind(query.namespace)
      buffer.bind(query.isFull)
      for value in statement.values { value.bind(to: &buffer) }
    }.map { row throws(PostgresError) in try RunRecord(row) }
    guard let size = RunPage.size(of: runs, most: query.pageSize) else {
      return RunPage(runs: runs, next: nil)
    }
    runs.removeLast(runs.count - size)
    let last = runs[size - 1]
    return RunPage(
      runs: runs, next: RunPage.Position(time: query.order.key.value(of: last), id: last.id))
  }

  /// Where the walk of a page ended that is not full; nil when it saw all runs.
  fileprivate borrowing func end(
    _ query: RunQuery, _ walk: RunWalk
  ) throws -> RunPage.Position? {
    let statement = RunWalkStatement.end(query, walk)
    return try self.query(statement.statement) { buffer in
      buffer.bind(query.namespace)
      for value in statement.values { value.bind(to: &buffer) }
    }.first { row throws(PostgresError) in
      RunPage.Position(time: try row.optional(1), id: try row.get(0))
    }
  }
}
