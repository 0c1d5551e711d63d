// Decides how workers come, are kept, listed, asked to leave and forgotten.

public import MartletModel
import MartletPostgres

extension Store {
  /// Takes a worker in. One that came before with another session has lost that one: what it was offered and has not
  /// begun goes back.
  /// - Throws: `invalid`.
  public func enterWorker(
    _ identity: WorkerIdentity, pool: Pool, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> EnteredWorker {
    try identity.check()
    let entered = try await write(deadline) { connection in
      try connection.query(SQL.enterWorker) {
        $0.bind(WorkerID(ObjectID.random().value))
        $0.bind(pool.namespace)
        $0.bind(pool.id)
        $0.bind(identity.name)
        $0.bind(identity.sessionID)
        $0.bind(identity.version)
        $0.bind(identity.host)
        $0.bind(json(identity.labels))
        $0.bindArray(identity.queues)
        $0.bindArray(identity.deployments)
      }.first { row throws(PostgresError) in
        EnteredWorker(
          id: try row.get(0), isDraining: try row.get(1), seen: try row.get(2),
          previousSession: try row.optional(3))
      }
    }
    guard let entered else { throw .notFound(resource: "pool", name: pool.name) }
    if let previous = entered.previousSession, previous != identity.sessionID {
      try await endWorkerSession(previous, in: pool.namespace)
    }
    return entered
  }

  /// Notes that a worker takes no more and leaves when what it has has ended; it may come again for more.
  public func workerLeaves(_ worker: WorkerID, seen: Instant) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.markLeavingWorker) {
        $0.bind(worker)
        $0.bind(seen)
      }.affected
    }
  }

  /// Ends the session of a worker that has left: what it was offered and nobody has begun goes back at once, and it is asked
  /// to leave no more.
  public func endWorkerSession(
    _ session: SessionID, in namespace: Namespace
  ) async throws(StoreError) {
    do throws(StoreError) {
      try await closeSession(session, in: namespace)
    } catch .notFound { return }
    _ = try await write { connection in
      try connection.query(SQL.forgetLeaving) { $0.bind(session) }.affected
    }
    let held = try await claims(of: session, limit: 10_000)
    if held.isEmpty { return }
    _ = try await transitions.submit(
      held.map { .sessionLapsed(SessionLapse(runID: $0, sessionID: session)) })
  }

  /// Renews the sessions of workers in one statement, and says how the workers stand. One that is not answered is
  /// forgotten.
  public func renewWorkers(
    _ workers: [(id: WorkerID, session: SessionID)]
  ) async throws(StoreError) -> [WorkerStanding] {
    if workers.isEmpty { return [] }
    let sessions = Set(workers.map(\.session)).sorted()
    return try await write { connection in
      try connection.query(SQL.renewWorkers) {
        $0.bindArray(workers.map(\.id))
        $0.bindArray(sessions)
      }.map { row throws(PostgresError) in
        WorkerStanding(
          id: try row.get(0), isDraining: try row.get(1), seen: try row.get(2),
          hasSession: try row.get(3))
      }
    }
  }

  /// How workers stand; those that are forgotten are not among them.
  public func workerStandings(
    _ workers: [WorkerID]
  ) async throws(StoreError) -> [WorkerStanding] {
    if workers.isEmpty { return [] }
    return try await read { connection in
      try connection.query(SQL.findWorkers) { $0.bindArray(workers) }
        .map { row throws(PostgresError) in
          WorkerStanding(
            id: try row.get(0), isDraining: try row.get(1), seen: try row.get(2), hasSession: true)
        }
    }
  }

  /// Lists workers by pool and name.
  /// - Parameters:
  ///   - pool: Only of this pool.
  ///   - name: Only of this name.
  ///   - last: The last worker of the page before.
  /// - Throws: `notFound` for the pool.
  public func listWorkers(
    in namespace: Namespace, of pool: String? = nil, named name: String? = nil,
    includesOffline: Bool, after last: (pool: String, name: String) = ("", ""), limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Worker] {
    var poolID: PoolID?
    if let pool { poolID = try await self.pool(pool, in: namespace, deadline: deadline).id }
    let wanted = poolID
    return try await read(deadline) { connection in
      try connection.query(SQL.listWorkers) {
        $0.bind(namespace)
        $0.bind(wanted)
        $0.bind(name)
        $0.bind(includesOffline)
        $0.bind(last.pool)
        $0.bind(last.name)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try Worker(row) }
    }
  }

  /// Asks a worker to take no more and to leave when its runs have ended.
  /// - Throws: `notFound`.
  public func drainWorker(
    _ name: String, of pool: String, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Worker {
    let found = try await self.pool(pool, in: namespace, deadline: deadline)
    _ = try await write(deadline) { connection in
      try connection.query(SQL.drainWorker) {
        $0.bind(found.id)
        $0.bind(name)
      }.count
    }
    workChanged()
    return try await worker(name, of: found, deadline: deadline)
  }

  /// Forgets a worker that is offline.
  /// - Throws: `notFound`; `failedPrecondition` while it is online.
  public func deleteWorker(
    _ name: String, of pool: String, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let found = try await self.pool(pool, in: namespace, deadline: deadline)
    let isGone = try await write(deadline) { connection in
      try connection.query(SQL.deleteWorker) {
        $0.bind(found.id)
        $0.bind(name)
      }.count > 0
    }
    if isGone { return }
    _ = try await worker(name, of: found, deadline: deadline)
    throw .failedPrecondition(
      reason: "WORKER_ONLINE", subject: "worker/\(name)",
      message: "the worker \"\(name)\" is online: drain it and wait until it has left")
  }

  private func worker(
    _ name: String, of pool: Pool, deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Worker {
    let found = try await listWorkers(
      in: pool.namespace, of: "\(pool.id)", named: name, includesOffline: true, limit: 1,
      deadline: deadline)
    guard let worker = found.first else {
      throw .notFound(resource: "worker", name: "\(pool.name)/\(name)")
    }
    return worker
  }
}
