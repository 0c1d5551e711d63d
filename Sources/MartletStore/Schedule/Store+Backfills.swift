// Decides how backfills are begun, read and ended.

public import MartletModel
import MartletPostgres

extension Store {
  /// Begins a backfill. Repeating that with the same content returns it as it is.
  /// - Parameter times: How many times there are in the range.
  /// - Throws: `alreadyExists` if the id is taken by a backfill of other content.
  public func createBackfill(
    _ request: Backfill.Request, in namespace: Namespace, times: Int, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (backfill: Backfill, isDuplicate: Bool) {
    let isNew = try await write(deadline) { connection in
      try connection.query(SQL.insertBackfill) {
        $0.bind(request.id)
        $0.bind(namespace)
        $0.bind(request.deploymentID)
        $0.bind(request.scheduleID)
        $0.bind(request.from)
        $0.bind(request.to)
        $0.bind(request.onlyMissing)
        $0.bind(request.maxParallel)
        $0.bind(request.newestFirst)
        $0.bind(request.parameters.isEmpty ? nil : request.parameters)
        $0.bind(Int64(times))
        $0.bind(actor)
      }.count > 0
    }
    let taken = StoreError.alreadyExists(resource: "backfill", name: "\(request.id)")
    let there: Backfill
    do { there = try await backfill(request.id, in: namespace, deadline: deadline) } catch {
      if case .notFound = error { throw taken }
      throw error
    }
    guard there.request == request else { throw taken }
    if isNew {
      backfillSignal.raise()
      hints.raise()
    }
    return (there, !isNew)
  }

  /// Reads a backfill with how far it is.
  /// - Throws: `notFound`.
  public func backfill(
    _ id: BackfillID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Backfill {
    guard let found = try await backfills([id], in: namespace, deadline).first else {
      throw .notFound(resource: "backfill", name: "\(id)")
    }
    return found
  }

  /// Lists backfills, the newest first.
  /// - Parameter last: The last one of the page before.
  public func listBackfills(
    in namespace: Namespace, of deployment: DeploymentID? = nil, after last: BackfillID? = nil,
    limit: Int, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Backfill] {
    let ids = try await read(deadline) { connection in
      try connection.query(SQL.listBackfills) {
        $0.bind(namespace)
        $0.bind(deployment)
        $0.bind(last)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try row.get(0, as: BackfillID.self) }
    }
    return try await backfills(ids, in: namespace, deadline)
  }

  /// Ends a backfill: runs of it that have not been let go are removed, those that go on are cancelled if asked for.
  /// - Throws: `notFound`.
  public func cancelBackfill(
    _ id: BackfillID, in namespace: Namespace, cancelsRunning: Bool, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Backfill {
    let (isThere, removed, running) = try await write(deadline) { connection in
      try connection.transaction { pipeline throws -> (Bool, [RunID], [RunID]) in
        let state = try pipeline.query(SQL.lockBackfill) {
          $0.bind(id)
          $0.bind(namespace)
        }.first { row throws(PostgresError) in try row.get(0, as: Int16.self) }
        guard state != nil else { return (false, [], []) }
        try pipeline.execute(SQL.endBackfill) {
          $0.bind(id)
          $0.bind(Backfill.State.cancelled.rawValue)
        }
        let removed = try WaitingRuns.remove(
          try pipeline.items(of: id, areWaiting: true), in: namespace, actor: actor, on: pipeline)
        let running = try pipeline.items(of: id, areWaiting: false)
        return (true, removed, cancelsRunning ? running : [])
      }
    }
    guard isThere else { throw .notFound(resource: "backfill", name: "\(id)") }
    forget(removed)
    if !running.isEmpty {
      _ = try await transitions.submit(
        running.map {
          .cancel(
            Cancellation(
              namespace: namespace, runID: $0, actor: actor, message: "Its backfill was cancelled.")
          )
        })
    }
    return try await backfill(id, in: namespace, deadline: deadline)
  }

  private func backfills(
    _ ids: [BackfillID], in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [Backfill] {
    if ids.isEmpty { return [] }
    return try await read(deadline) { connection in
      try connection.query(SQL.getBackfills) {
        $0.bindArray(ids)
        $0.bind(namespace)
      }.map { row throws(PostgresError) in try Backfill(row) }
    }
  }
}

extension Pipeline {
  /// The runs of a backfill that have not ended: those that have not been let go, or the others.
  fileprivate borrowing func items(
    of backfill: BackfillID, areWaiting: Bool
  ) throws -> [RunID] {
    try query(SQL.listBackfillItems) {
      $0.bind(backfill)
      $0.bind(areWaiting)
    }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
  }
}
