// Decides that deletions which race with everything else leave no half of a run: two replicas create, report, cancel and
// delete the same trees in random order, and then every table agrees with every other.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeletionPropertyTests {
  private static let template = TestTemplate("deletions") { connection in
    try Schema.migrate(on: connection)
  }

  /// What must count to 0 in the end.
  private static let invariants = [
    "wide rows without a narrow one":
      "SELECT count(*) FROM run r WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = r.id)",
    "narrow rows without a wide one":
      "SELECT count(*) FROM run_state s WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = s.id)",
    "runs without their parent": """
    SELECT count(*) FROM run r WHERE parent_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM run p WHERE p.id = r.parent_id)
    """,
    "deleted runs that are there":
      "SELECT count(*) FROM run_removal d JOIN run_state s ON s.id = d.run_id",
    "history of no run": """
    SELECT count(*) FROM run_transition h
    WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = h.run_id)
    """,
    "refusals of no run": """
    SELECT count(*) FROM run_refusal f WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = f.run_id)
    """,
    "claims of no run":
      "SELECT count(*) FROM claim c WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = c.run_id)",
    "due times of no run":
      "SELECT count(*) FROM run_due d WHERE NOT EXISTS (SELECT FROM run_state s WHERE s.id = d.run_id)",
    "runs whose history ends early": """
    SELECT count(*) FROM run_state s WHERE (SELECT count(*) FROM run_transition h WHERE h.run_id = s.id)
      <> s.revision
    """,
    "counts that are wrong": """
    SELECT count(*) FROM (
      SELECT kind, state_type, sum(runs) AS runs FROM (
        SELECT kind, state_type, runs FROM run_count
        UNION ALL SELECT kind, to_type, runs FROM run_count_change
        UNION ALL SELECT kind, from_type, -runs FROM run_count_change WHERE from_type IS NOT NULL
      ) n GROUP BY 1, 2 HAVING sum(runs) <> 0
    ) c FULL JOIN (SELECT kind, state_type, count(*) AS runs FROM run_state GROUP BY 1, 2) f
      ON f.kind = c.kind AND f.state_type = c.state_type
    WHERE c.runs IS DISTINCT FROM f.runs
    """,
    "deletions without an event": """
    SELECT count(*) FROM run_removal d WHERE (SELECT count(*) FROM event e WHERE e.run_id = d.run_id) <> 1
    """,
  ]

  /// A run that several may work on: all its reports are made ahead, so that repeats are the same.
  private struct Work {
    let id: RunID
    let commands: [Command]
  }

  private static func works(_ random: inout SplitMix64, now: Instant) -> [Work] {
    var works: [Work] = []
    for index in 0..<24 {
      let id = RunID.v7(now: now, random: (random.next(), random.next()))
      let execution = ExecutionID(high: random.next(), low: random.next())
      // Trees of three levels: 0 to 3 are tops.
      let parent = index < 4 ? nil : works[index / 4].id
      let isClaimed = Int.random(in: 0..<4, using: &random) > 0
      func report(_ seq: Int64, _ item: Report.Item) -> Command {
        .report(
          Report(
            namespace: .standard, runID: id, epoch: isClaimed ? 1 : 0,
            executionID: isClaimed ? execution : nil, seq: isClaimed ? seq : 0, actor: "tester",
            item: item))
      }
      let new = NewRun(
        kind: index < 16 ? .flow : .task, definition: "d", parentID: parent, createdBy: "tester")
      var commands = [report(1, .create(new))]
      if isClaimed {
        let ends: [RunState.Detail] = [.completed(.init()), .failed(.init())]
        commands += [
          report(2, .propose(RunState(.running))),
          report(3, .propose(RunState(ends[Int.random(in: 0..<2, using: &random)]))),
        ]
      }
      works.append(Work(id: id, commands: commands))
    }
    return works
  }

  @Test(arguments: 0..<2) func nothingIsHalfGone(index: UInt64) async throws {
    let seed = SimulationTests.firstSeed + index
    try await TestGate.stores.enter {
      try await TestDatabase.with(Self.template) { database in
        let stores = [0, 1].map { _ in
          Store(database.configuration, logger: TestCluster.silent)
        }
        for store in stores { try await store.waitUntilConnected() }
        let now = try await stores[0].ping()
        var random = SplitMix64(seed: seed)
        let works = Self.works(&random, now: now)
        let gone = Locked<Set<RunID>>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
          for task in 0..<6 {
            group.addTask {
              var random = SplitMix64(seed: seed &* 31 &+ UInt64(task))
              let store = stores[task % 2]
              for _ in 0..<60 {
                let work = works[Int.random(in: 0..<works.count, using: &random)]
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                  let more = works[Int.random(in: 0..<works.count, using: &random)]
                  let answers = try await store.deleteRuns(
                    [work.id, more.id], in: .standard, actor: "tester")
                  for (work, answer) in zip([work, more], answers) {
                    if case .deleted = answer { gone.withLock { _ = $0.insert(work.id) } }
                  }
                case 2:
                  _ = try await store.transitions.submit(
                    .cancel(
                      Cancellation(
                        namespace: .standard, runID: work.id, actor: "tester", bound: .zero)))
                case 3: try await store.foldCounts()
                default:
                  // The whole story or its beginning, maybe once more.
                  let count = Int.random(in: 1...work.commands.count, using: &random)
                  _ = try await store.transitions.submit(Array(work.commands.prefix(count)))
                }
              }
            }
          }
          try await group.waitForAll()
        }
        let deleted = gone.withLock { $0 }
        #expect(!deleted.isEmpty, "seed \(seed)")
        let left = try await stores[0].runs(deleted.sorted(), in: .standard)
        #expect(left.isEmpty, "seed \(seed): deleted runs are back")
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
