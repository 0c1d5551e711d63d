// Decides what worker handlers are made of, and how a worker comes.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

/// Serves `martlet.v1.WorkerService`.
struct WorkerHandlers: WorkerService {
  let backend: Backend
}

extension WorkerHandlers {
  /// The pool of a worker, its identity and the lease of its session, which is renewed.
  func admit(
    _ worker: MartletProto.WorkerIdentity?, _ field: String, in namespace: Namespace,
    _ context: CallContext, isHeartbeat: Bool = false
  ) async throws -> (
    pool: MartletStore.Pool, identity: MartletStore.WorkerIdentity, lease: Interval
  ) {
    guard let worker else { throw InvalidValue(field, "is required") }
    let pool = try await backend.store.pool(
      try reference(worker.pool, "\(field).pool", "the name of a pool"), in: namespace,
      isCounted: false, deadline: context.deadline)
    guard worker.type.isEmpty || worker.type == pool.type else {
      throw Status.failedPrecondition(
        reason: "WORKER_TYPE", subject: "pool/\(pool.name)",
        "the pool \"\(pool.name)\" is of type \(pool.type), the worker of type \(worker.type)")
    }
    guard pool.type != MartletModel.PoolType.served.name || !worker.deployments.isEmpty else {
      throw InvalidValue("\(field).deployments", "is required in a pool of type served")
    }
    try PoolRules.check(name: worker.name, "\(field).name")
    let identity = try MartletStore.WorkerIdentity(worker, field)
    let lease = worker.session?.lease.map(Interval.init) ?? SessionLease.standard
    guard SessionLease.allowed.contains(lease) else {
      throw InvalidValue("\(field).session.lease", "must be from 3 s to 1 h")
    }
    let holder = worker.session?.holder ?? ""
    _ = try await backend.keeper.renew(
      identity.sessionID, in: namespace, lease: lease,
      holder: holder.isEmpty ? "worker \(worker.name)" : holder, actor: context.principal.name,
      always: isHeartbeat)
    return (pool, identity, lease)
  }

  /// Deals with executors that ended.
  func ended(_ exited: Exited, _ field: String, in namespace: Namespace) async throws {
    try await backend.store.executorEnded(try ExecutorExit(exited, field), in: namespace)
  }

  /// Those of some runs that are not a worker's any more.
  func lost(
    _ held: [HeldRun], _ field: String
  ) async throws -> [HeldRun] {
    guard held.count <= 10_000 else { throw InvalidValue(field, "has more than 10000 runs") }
    var ids: [RunID] = []
    for (index, run) in held.enumerated() {
      ids.append(try RunID(required: run.runID, "\(field)[\(index)].run_id"))
    }
    let standings = Dictionary(
      try await backend.store.offerStandings(of: ids).map { ($0.runID, $0) },
      uniquingKeysWith: { first, _ in first })
    return zip(held, ids).compactMap { run, id in
      guard let now = standings[id], now.epoch == run.epoch,
        now.stateType != .scheduled || now.isBound
      else { return run }
      return nil
    }
  }
}
