// Decides how a tree of runs is read: page by page in pre-order, each page one statement.

public import MartletModel
import MartletPostgres

/// A run in a tree.
public struct TreeNode: Sendable, Equatable {
  /// The run.
  public var id: RunID
  /// The enclosing run.
  public var parentID: RunID?
  /// Flow or task.
  public var kind: RunKind
  /// The name people see.
  public var name: String
  /// What it is a run of.
  public var definition: String
  /// Levels below the top.
  public var depth: Int32
  /// The type of its state.
  public var stateType: StateType
  /// The name of its state.
  public var stateName: String
  /// How often it has entered RUNNING.
  public var attempt: Int32
  /// When it was created.
  public var createTime: Instant
  /// When it should start.
  public var dueTime: Instant?
  /// When it first ran.
  public var startTime: Instant?
  /// When it ended.
  public var endTime: Instant?
  /// How long it has been running in all, up to its last transition.
  public var runningTime: Interval
  /// Whether it completed with a result.
  public var hasResult: Bool
  /// Edges into the run.
  public var dependencies: [NewRun.Dependency]

  /// Reads a row of `walk_tree`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    parentID = try row.optional(1)
    kind = try row.get(2)
    name = try row.get(3)
    definition = try row.get(4)
    depth = try row.get(5)
    stateType = try row.get(6)
    stateName = try row.get(7)
    attempt = try row.get(8)
    createTime = try row.get(9)
    dueTime = try row.optional(10)
    startTime = try row.optional(11)
    endTime = try row.optional(12)
    runningTime = try row.get(13)
    hasResult = try row.get(14)
    dependencies = try NewRun.dependencies(row.optional(15))
  }
}

extension Store {
  /// Reads a page of the tree below a run, in pre-order; children in the order of their ids.
  ///
  /// - Parameters:
  ///   - top: The run at the top; it is the first node of the first page.
  ///   - after: The last node of the page before.
  ///   - maxDepth: How many levels below the top are shown.
  /// - Returns: The nodes; none when there is no such run, or `after` is not below it.
  public func tree(
    below top: RunID, in namespace: Namespace, after: RunID? = nil, maxDepth: Int, limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [TreeNode] {
    try await read(deadline) { connection in
      try connection.query(SQL.walkTree) {
        $0.bind(top)
        $0.bind(namespace)
        $0.bind(after ?? top)
        $0.bind(Int64(maxDepth))
        $0.bind(Int64(after == nil ? 0 : 1))
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try TreeNode(row) }
    }
  }
}
