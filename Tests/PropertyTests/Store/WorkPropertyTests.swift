// Decides that the rows which say where runs of deployments stand agree with the runs, and that a pool's limit holds,
// whatever two replicas do at once: offers taken up, declined and lost, executors that die, cancels, pauses, retries,
// deletions.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct WorkPropertyTests {
  private static let template = TestTemplate("work") { connection in
    try Schema.migrate(on: connection)
  }
  private static let limit: Int32 = 4

  /// What must count to 0 in the end.
  private static let invariants = [
    "rows of no run": """
    SELECT count(*) FROM work_item w WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = w.run_id)
    """,
    "ties of no run": """
    SELECT count(*) FROM run_deployment d WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = d.run_id)
    """,
    "ended runs that have a row": """
    SELECT count(*) FROM run_state s JOIN work_item w ON w.run_id = s.id WHERE s.state_type > 5
    """,
    "open runs that have none": """
    SELECT count(*) FROM run_state s
    WHERE s.state_type <= 5 AND NOT EXISTS (SELECT FROM work_item w WHERE w.run_id = s.id)
    """,
    "runs that stand elsewhere": """
    SELECT count(*) FROM run_state s JOIN work_item w ON w.run_id = s.id
    WHERE w.standing <> CASE
      WHEN s.state_type IN (2, 3, 5) OR s.execution_id IS NOT NULL OR s.session_id IS NOT NULL THEN 2
      WHEN s.state_type = 1 THEN 1 ELSE 3 END
    """,
    "rows of another epoch": """
    SELECT count(*) FROM run_state s JOIN work_item w ON w.run_id = s.id WHERE w.epoch <> s.epoch
    """,
    "moments in which more were taken than may be":
      "SELECT count(*) FROM seen WHERE taken > \(limit)",
    "counts that are wrong": """
    SELECT count(*) FROM (
      SELECT state_type, sum(runs) AS runs FROM (
        SELECT state_type, runs FROM run_count
        UNION ALL SELECT to_type, runs FROM run_count_change
        UNION ALL SELECT from_type, -runs FROM run_count_change WHERE from_type IS NOT NULL
      ) n GROUP BY 1 HAVING sum(runs) <> 0
    ) c FULL JOIN (SELECT state_type, count(*) AS runs FROM run_state GROUP BY 1) f USING (state_type)
    WHERE c.runs IS DISTINCT FROM f.runs
    """,
  ]

  /// A pool, a deployment, and who works for it.
  private struct World: Sendable {
    let pool: Pool
    let queue: QueueID
    let deployment: DeploymentID
    let workers: [(ready: ReadyWorker, session: SessionID)]
  }

  /// An offer that was accepted by the state machine.
  private struct Offered: Sendable {
    var run: RunID
    var epoch: Int64
    var session: SessionID
  }

  private static func sql(_ text: String, _ database: TestDatabase) async throws {
    try await BlockingThread.run { try database.connect().script(text) }
  }

  private static func prepare(
    _ database: TestDatabase, _ stores: [Store], _ random: inout SplitMix64
  ) async throws -> World {
    let pool = try await stores[0].createPool(
      "pool", type: "process", in: .standard, content: PoolEdit(concurrency: .limited(limit)),
      actor: "t"
    ).pool
    let queue = try await stores[0].listQueues(of: "pool", in: .standard)[0].id
    let deployment = DeploymentID(high: random.next(), low: random.next())
    try await sql(
      """
      INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id,
        concurrency_limit, collision_strategy, created_by, updated_by, create_time, update_time)
      VALUES ('\(deployment)', 'default', 'f', 'd', 1, 1, '\(pool.id)', '\(queue)', 3, 1, 't', 't',
        now(), now());
      CREATE TABLE seen (taken bigint);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen SELECT count(*) FROM work_item
          WHERE standing = 2 OR taken_until IS NOT NULL;
        RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON work_item DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION note()
      """, database)
    var workers: [(ready: ReadyWorker, session: SessionID)] = []
    for (index, store) in stores.enumerated() {
      let session = SessionID(high: random.next(), low: random.next())
      _ = try await store.openSession(session, in: .standard, holder: "w", actor: "t")
      let entered = try await store.enterWorker(
        WorkerIdentity(name: "w\(index)", sessionID: session, labels: [:]), pool: pool)
      workers.append(
        (
          ReadyWorker(
            Dispatch.Worker(
              id: entered.id, credit: 3, labels: [:], queues: [], deployments: []),
            seen: entered.seen), session
        ))
    }
    return World(pool: pool, queue: queue, deployment: deployment, workers: workers)
  }

  private static func create(_ id: RunID, in world: World) -> Command {
    .report(
      Report(
        namespace: .standard, runID: id, actor: "t",
        item: .create(
          NewRun(
            kind: .flow, definition: "f", createdBy: "t",
            placement: Placement(
              deploymentID: world.deployment, version: 1, poolID: world.pool.id,
              queueID: world.queue)))))
  }

  /// A worker's executor takes a run up, and maybe ends it.
  private static func execute(
    _ offer: Offered, on store: Store, _ random: inout SplitMix64
  ) async throws {
    let execution = ExecutionID(high: random.next(), low: random.next())
    let ends: [RunState.Detail] = [.completed(.init()), .failed(.init()), .paused(.init())]
    let details: [RunState.Detail] = [.running, ends[Int.random(in: 0..<3, using: &random)]]
    let reports = details.prefix(Int.random(in: 1...2, using: &random)).enumerated().map {
      Command.report(
        Report(
          namespace: .standard, runID: offer.run, epoch: offer.epoch, executionID: execution,
          seq: Int64($0.offset) + 1, sessionID: offer.session, actor: "t",
          item: .propose(RunState($0.element))))
    }
    _ = try await store.transitions.submit(reports)
  }

  private static func operate(
    on id: RunID, _ store: Store, _ random: inout SplitMix64
  ) async throws {
    let space = Namespace.standard
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      _ = try await store.transitions.submit(
        .cancel(Cancellation(namespace: space, runID: id, actor: "t", bound: .zero)))
    case 1:
      _ = try await store.transitions.submit(
        .pause(PauseRequest(namespace: space, runID: id, actor: "t")))
    case 2, 3:
      guard let run = try await store.runs([id], in: space).first else { return }
      _ = try await store.transitions.submit(
        .resume(
          Resumption(
            namespace: space, runID: id, actor: "t", revision: run.snapshot.revision)))
    case 4:
      _ = try await store.transitions.submit(
        .retry(RetryRequest(namespace: space, runID: id, actor: "t", isForced: true)))
    default: _ = try await store.deleteRuns([id], in: space, actor: "t")
    }
  }

  /// One step of one replica.
  private static func act(
    _ world: World, _ side: Int, _ store: Store, _ offers: Locked<[Offered]>,
    _ random: inout SplitMix64
  ) async throws {
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1:
      let worker = world.workers[side]
      let round = try await store.dispatch(world.pool.id, to: [worker.ready], limit: 10)
      let answers = try await store.transitions.submit(
        round.taken.map { .offer(Offer(runID: $0.runID, sessionID: worker.session, hold: $0.hold)) }
      )
      var refused: [DispatchRound.Taken] = []
      for (taken, answer) in zip(round.taken, answers) {
        if case .verdict(.accepted, _) = answer.result {
          offers.withLock {
            $0.append(Offered(run: taken.runID, epoch: answer.epoch, session: worker.session))
          }
        } else {
          refused.append(taken)
        }
      }
      try await store.releaseOffers(refused)
      if round.taken.isEmpty {
        let blocked = try await store.blockedRuns(of: world.pool.id, limit: 10)
        _ = try await store.transitions.submit(blocked.map { .hold($0.runID) })
      }
    case 2, 3:
      guard let offer = offers.withLock({ $0.randomElement(using: &random) }) else { return }
      try await execute(offer, on: store, &random)
    case 4:
      guard let offer = offers.withLock({ $0.randomElement(using: &random) }) else { return }
      try await store.withdrawOffers([(offer.run, offer.epoch)])
    default:
      // Its executor dies: before it began, or at work.
      guard let offer = offers.withLock({ $0.randomElement(using: &random) }) else { return }
      if Bool.random(using: &random) {
        try await store.executorEnded(
          ExecutorExit(runID: offer.run, epoch: offer.epoch, exitCode: 1), in: .standard)
      } else {
        _ = try await store.transitions.submit(
          .sessionLapsed(SessionLapse(runID: offer.run, sessionID: offer.session)))
      }
    }
  }

  @Test(arguments: 0..<2) func rowsAgreeWithRuns(index: UInt64) async throws {
    let seed = SimulationTests.firstSeed + index
    try await TestGate.stores.enter {
      try await TestDatabase.with(Self.template) { database in
        let stores = [0, 1].map { _ in Store(database.configuration, logger: TestCluster.silent) }
        for store in stores { try await store.waitUntilConnected() }
        var random = SplitMix64(seed: seed)
        let now = try await stores[0].ping()
        let world = try await Self.prepare(database, stores, &random)
        let ids = (0..<40).map { _ in RunID.v7(now: now, random: (random.next(), random.next())) }
        _ = try await stores[0].transitions.submit(ids.map { Self.create($0, in: world) })
        let offers = Locked<[Offered]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
          for task in 0..<6 {
            group.addTask {
              var random = SplitMix64(seed: seed &* 31 &+ UInt64(task))
              let side = task % 2
              for _ in 0..<60 {
                if random.chance(0.85) {
                  try await Self.act(world, side, stores[side], offers, &random)
                } else {
                  let id = ids[Int.random(in: 0..<ids.count, using: &random)]
                  try await Self.operate(on: id, stores[side], &random)
                }
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(!offers.withLock { $0.isEmpty }, "seed \(seed)")
        for (name, query) in Self.invariants {
          let count = try await BlockingThread.run {
            try database.connect().query(Statement("", query, planning: .everyTime))
              .first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
          }
          #expect(count == 0, "seed \(seed): \(name)")
        }
        for store in stores { await store.shutdown() }
      }
    }
  }
}
