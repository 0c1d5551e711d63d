// Decides how runs are handed to workers: taken in one transaction, offered by ordinary commands, given back where that
// fails.

public import MartletModel
import MartletPostgres

/// What a run is started by.
public struct LaunchSource: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The type of its pool.
  public var poolType: String
  /// The template of its pool, as text.
  public var template: String
  /// Its version of the deployment, as text; nil when the deployment is gone.
  public var spec: String?
  /// Its own values for the template, a JSON object as text; nil for none.
  public var jobVariables: String?
}

/// A run that is ready while its deployment is full.
public struct BlockedRun: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Whether it is to be cancelled rather than to wait.
  public var isCancelled: Bool
}

extension Store {
  /// Takes runs of a pool that are ready for workers that would have them, for the time that offering them may take.
  /// - Parameter excluded: Runs that are not to be offered now.
  public func dispatch(
    _ pool: PoolID, to workers: [ReadyWorker], excluding excluded: [RunID] = [], limit: Int
  ) async throws(StoreError) -> DispatchRound {
    let transaction = DispatchTransaction(
      pool: pool, workers: workers, excluded: excluded, limit: limit)
    return try await write { connection in try transaction.run(on: connection) }
  }

  /// The runs of a pool that a worker could be offered now, in the order in which it would be; none is taken.
  public func readyRuns(
    of pool: PoolID, for worker: Dispatch.Worker, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Dispatch.Item] {
    let transaction = DispatchTransaction(
      pool: pool, workers: [ReadyWorker(worker, seen: .epoch)], excluded: [], limit: worker.credit,
      isLook: true)
    return try await write(deadline) { connection in try transaction.run(on: connection) }.ready
  }

  /// Says of runs of a pool whose deployment is full that they wait for it, or cancels them.
  public func settleBlockedRuns(of pool: PoolID, limit: Int) async throws(StoreError) {
    let blocked = try await blockedRuns(of: pool, limit: limit)
    if blocked.isEmpty { return }
    _ = try await transitions.submit(
      blocked.map { run in
        guard run.isCancelled else { return .hold(run.runID) }
        return .cancel(
          Cancellation(
            namespace: run.namespace, runID: run.runID, actor: "service:dispatcher",
            message: "LIMIT_FULL: its deployment has as many runs as it may have."))
      })
  }

  /// Gives back runs that were taken and could not be offered, unless somebody else took them since.
  public func releaseOffers(_ taken: [DispatchRound.Taken]) async throws(StoreError) {
    if taken.isEmpty { return }
    _ = try await write { connection in
      try connection.query(SQL.releaseOffers) {
        $0.bindArray(taken.map(\.runID))
        $0.bindArray(taken.map(\.hold))
      }.affected
    }
  }

  /// What some runs are started by.
  public func launchSources(of runs: [RunID]) async throws(StoreError) -> [LaunchSource] {
    try await read { connection in
      try connection.query(SQL.readLaunches) { $0.bindArray(runs) }
        .map { row throws(PostgresError) in
          LaunchSource(
            runID: try row.get(0), poolType: try row.get(1), template: try row.get(2),
            spec: try row.optional(3), jobVariables: try row.optional(4))
        }
    }
  }

  /// Withdraws offers that nobody accepted in time, and gives back what was taken and never offered.
  /// - Returns: How many offers there were.
  public func withdrawLapsedOffers(limit: Int) async throws(StoreError) -> Int {
    let lapsed = try await write { connection in
      _ = try connection.query(SQL.releaseLapsedHolds)
      return try connection.query(SQL.takeLapsedOffers) { $0.bind(Int64(limit)) }
        .map { row throws(PostgresError) in
          Offer(runID: try row.get(0), sessionID: nil, epoch: try row.get(1))
        }
    }
    if !lapsed.isEmpty { _ = try await transitions.submit(lapsed.map { .withdrawOffer($0) }) }
    return lapsed.count
  }

  /// Runs of a pool that are ready while their deployment is full, and of which nothing says so yet.
  public func blockedRuns(
    of pool: PoolID, limit: Int
  ) async throws(StoreError) -> [BlockedRun] {
    try await read { connection in
      try connection.query(SQL.findBlockedItems) {
        $0.bind(pool)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in
        BlockedRun(
          runID: try row.get(0), namespace: try row.get(1),
          isCancelled: try row.get(2, as: Int16.self) == 2)
      }
    }
  }
}
