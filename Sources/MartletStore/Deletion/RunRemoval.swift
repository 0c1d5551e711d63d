// Decides what is kept of a deleted run for a while.

public import MartletModel
import MartletPostgres

/// A run that was deleted.
public struct RunRemoval: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Its kind.
  public var kind: RunKind
  /// Its name.
  public var name: String
  /// Its definition.
  public var definition: String
  /// The enclosing run.
  public var parentID: RunID?
  /// The outermost run.
  public var rootID: RunID
  /// Who deleted it.
  public var actor: String
  /// When.
  public var time: Instant

  /// Reads a row of `read_removals`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    runID = try row.get(0)
    namespace = try row.get(1)
    kind = try row.get(2)
    name = try row.get(3)
    definition = try row.get(4)
    parentID = try row.optional(5)
    rootID = try row.get(6)
    actor = try row.get(7)
    time = try row.get(8)
  }
}

extension Store {
  /// How long it is known that a run was deleted. A creation with an id that is more than a day from the clock is refused,
  /// so no repeat comes later than two days after the deletion; resume tokens are good for three.
  static let removalTime = Interval.hours(96)

  /// Those of some runs that were deleted lately, in no particular order.
  public func removals(
    of runs: [RunID], in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunRemoval] {
    try await read(deadline) { connection in
      try connection.query(SQL.readRemovals) { $0.bindArray(runs) }
        .map { row throws(PostgresError) in try RunRemoval(row) }
    }.filter { $0.namespace == namespace }
  }

  /// How long a transaction that writes lines may last at most.
  public static let sweepDelay = Interval.seconds(60)

  /// Deletes the lines of deleted runs whose writing was under way during the deletion, of a bounded number of runs.
  /// - Parameter delay: How long ago a run was deleted so that nobody is writing for it any more.
  /// - Returns: Of how many runs.
  public func sweepRemovals(
    limit: Int, after delay: Interval = sweepDelay
  ) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.transaction { pipeline in
        let runs = try pipeline.query(SQL.takeRemovals) {
          $0.bind(delay)
          $0.bind(Int64(limit))
        }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
        if !runs.isEmpty { try pipeline.execute(SQL.sweepRemovals) { $0.bindArray(runs) } }
        return runs.count
      }
    }
  }

  /// Forgets runs that were deleted long ago; returns how many.
  public func forgetRemovals(limit: Int) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.query(SQL.forgetRemovals) {
        $0.bind(Self.removalTime)
        $0.bind(Int64(limit))
      }.affected
    }
  }
}
