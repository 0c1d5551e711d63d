// Decides how logs are read: by run and time, page by page.

public import MartletModel
import MartletPostgres

/// Which lines to list.
public struct LogQuery: Sendable {
  /// The namespace.
  public var namespace: Namespace
  /// The runs; see ``Store/descendants(of:in:limit:deadline:)`` for a run with all below it.
  public var runs: [RunID]
  /// Only lines of this level and above.
  public var level: Int16
  /// Only lines of this level and below.
  public var maximumLevel: Int16
  /// Only lines from this time on.
  public var from: Instant
  /// Only lines before this time.
  public var to: Instant
  /// Where the page before ended.
  public var after: LogPosition?
  /// Whether the latest come first.
  public var isDescending: Bool
  /// The most lines of a page.
  public var limit: Int

  /// Makes a question.
  public init(
    namespace: Namespace, runs: [RunID], level: Int16 = 0, maximumLevel: Int16 = .max,
    from: Instant? = nil, to: Instant? = nil, after: LogPosition? = nil, isDescending: Bool = false,
    limit: Int = 1000
  ) {
    self.namespace = namespace
    self.runs = runs
    self.level = level
    self.maximumLevel = maximumLevel
    self.from = from ?? RunLimits.times.lowerBound
    self.to = to ?? RunLimits.times.upperBound
    self.after = after
    self.isDescending = isDescending
    self.limit = limit
  }
}

extension Store {
  /// Lists lines in the order of time, run, execution and number.
  public func listLogs(
    _ query: LogQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [LogLine] {
    try await read(deadline) { connection in
      try connection.query(query.statement) { query.bind(to: &$0) }
        .map { row throws(PostgresError) in try LogLine(row) }
    }
  }

  /// Lists lines, with the token from which following goes on exactly where the list was made.
  public func listLogsToFollow(
    _ query: LogQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (lines: [LogLine], token: ResumeToken) {
    try await read(deadline) { connection in
      // One snapshot for both.
      try connection.transaction(.snapshot) { pipeline in
        let bounds = try pipeline.execute(SQL.readFeedBounds)
        let lines = try pipeline.execute(query.statement) { query.bind(to: &$0) }
        let token = try FeedBounds(pipeline.receive(bounds)).token
        return (
          try pipeline.receive(lines).map { row throws(PostgresError) in try LogLine(row) }, token
        )
      }
    }
  }

  /// A run and all runs below it, level by level, at most `limit`; empty if there is no such run.
  public func descendants(
    of id: RunID, in namespace: Namespace, limit: Int = 10_000,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunID] {
    try await read(deadline) { connection in
      try connection.query(SQL.listDescendants) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
    }
  }
}

extension LogQuery {
  fileprivate var statement: Statement { isDescending ? SQL.listLogsBackwards : SQL.listLogs }

  fileprivate func bind(to buffer: inout ParameterBuffer) {
    let after = self.after ?? (isDescending ? LogPosition.last : LogPosition.first)
    buffer.bindArray(runs)
    buffer.bind(namespace)
    buffer.bind(level)
    // Lines before the page's own time cannot be on it: partitions are passed over by that.
    buffer.bind(isDescending ? from : max(from, after.time))
    buffer.bind(to)
    buffer.bind(after.time)
    buffer.bind(after.runID)
    buffer.bind(after.executionID)
    buffer.bind(after.line)
    buffer.bind(Int64(limit))
    buffer.bind(maximumLevel)
  }
}

extension LogPosition {
  fileprivate static let first = LogPosition(
    time: RunLimits.times.lowerBound, runID: RunID(high: 0, low: 0),
    executionID: ExecutionID(high: 0, low: 0), line: -1)
  fileprivate static let last = LogPosition(
    time: RunLimits.times.upperBound, runID: RunID(high: .max, low: .max),
    executionID: ExecutionID(high: .max, low: .max), line: .max)
}
