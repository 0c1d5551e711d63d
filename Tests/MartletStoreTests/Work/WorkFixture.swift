// Decides what tests of handing out begin with: pools, deployments by SQL, runs that wait, workers.

import MartletModel
import MartletStore
import MartletTestKit

struct WorkFixture {
  let base: StoreFixture
  let pool: Pool

  var store: Store { base.store }

  static func with(
    pool content: PoolEdit = PoolEdit(), _ body: (WorkFixture) async throws -> Void
  ) async throws {
    try await StoreFixture.with { base in
      let made = try await base.store.createPool(
        "pool", type: "process", in: base.namespace, content: content, actor: "t")
      try await body(WorkFixture(base: base, pool: made.pool))
    }
  }

  func queue(_ name: String = "default") async throws -> QueueID {
    let queues = try await store.listQueues(of: pool.name, in: base.namespace)
    return queues.first { $0.name == name }?.id ?? QueueID(high: 0, low: 0)
  }

  /// A deployment that executes a command.
  func deployment(
    _ name: String, limit: Int? = nil, strategy: Int = 1,
    spec: String = #"{"shell":"true"}"#
  ) async throws -> DeploymentID {
    let id = DeploymentID(RunID.fresh().value)
    let queue = try await queue()
    try await base.sql(
      """
      INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id,
        concurrency_limit, collision_strategy, created_by, updated_by, create_time, update_time)
      VALUES ('\(id)', 'default', 'flow', '\(name)', 1, 1, '\(pool.id)', '\(queue)',
        \(limit.map { "\($0)" } ?? "NULL"), \(strategy), 't', 't', now(), now());
      INSERT INTO deployment_version (deployment_id, number, spec, created_by, create_time)
      VALUES ('\(id)', 1, '\(spec)', 't', now())
      """)
    return id
  }

  /// Runs of a deployment that wait, in the order in which they are served.
  func runs(
    _ count: Int, of deployment: DeploymentID, queue: QueueID? = nil,
    labels: [String: String] = [:], gate: Placement.Gate = .open
  ) async throws -> [RunID] {
    let runs = (0..<count).map { _ in RunID.fresh() }.sorted()
    let line: QueueID
    if let queue { line = queue } else { line = try await self.queue() }
    _ = try await store.transitions.submit(
      runs.map { run in
        .report(
          Report(
            namespace: base.namespace, runID: run, actor: "t",
            item: .create(
              NewRun(
                kind: .flow, definition: "flow", createdBy: "t",
                placement: Placement(
                  deploymentID: deployment, version: 1, poolID: pool.id, queueID: line,
                  workerLabels: labels, gate: gate)))))
      })
    return runs
  }

  /// A worker that came, and would take so many runs.
  func worker(
    _ name: String, credit: Int = 10, labels: [String: String] = [:], queues: [String] = [],
    deployments: [String] = [], store other: Store? = nil
  ) async throws -> (ready: ReadyWorker, session: SessionID) {
    let session = SessionID(RunID.fresh().value)
    let store = other ?? store
    _ = try await store.openSession(session, in: base.namespace, holder: name, actor: "t")
    let entered = try await store.enterWorker(
      WorkerIdentity(name: name, sessionID: session, labels: labels), pool: pool)
    return (
      ReadyWorker(
        Dispatch.Worker(
          id: entered.id, credit: credit, labels: labels, queues: queues, deployments: deployments),
        seen: entered.seen), session
    )
  }

  /// Takes and offers what there is for a worker.
  /// - Returns: What it was offered.
  func serve(
    _ worker: (ready: ReadyWorker, session: SessionID), store other: Store? = nil
  ) async throws -> [RunID] {
    let store = other ?? store
    let round = try await store.dispatch(pool.id, to: [worker.ready], limit: 100)
    let answers = try await store.transitions.submit(
      round.taken.map {
        .offer(Offer(runID: $0.runID, sessionID: worker.session, hold: $0.hold))
      })
    return zip(round.taken, answers).filter { $0.1.code == .accepted }.map(\.0.runID)
  }
}
