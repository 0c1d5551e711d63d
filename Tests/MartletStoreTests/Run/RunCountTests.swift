// Decides that the rollup of counts is what a full count says, and that updates stay on their page.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct RunCountTests {
  @Test func rollupsEqualFullCountsAfterRandomLoad() async throws {
    var settings = Store.Settings()
    settings.writers = 2
    try await StoreFixture.with(settings) { fixture in
      let seed = UInt64.random(in: 0 ... .max)
      let spaces = [Namespace.standard, try Namespace("other")]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<8 {
          group.addTask {
            var random = SplitMix64(seed: seed &+ UInt64(task))
            for _ in 0..<60 {
              let run = TestRun(spaces[Int.random(in: 0...1, using: &random)])
              let end: [RunState.Detail] = [
                .completed(.init()), .failed(.init()), .crashed(.init()),
              ]
              var commands = [
                run.create(Bool.random(using: &random) ? .flow : .task),
                run.propose(.running, seq: 2),
                run.propose(end[Int.random(in: 0..<3, using: &random)], seq: 3),
              ]
              commands.removeLast(Int.random(in: 0...2, using: &random))
              if Int.random(in: 0..<4, using: &random) == 0 {
                commands.append(
                  .cancel(
                    Cancellation(namespace: run.namespace, runID: run.id, actor: "tester")))
              }
              _ = try await fixture.store.transitions.submit(commands)
            }
          }
        }
        group.addTask {
          for _ in 0..<10 { try await fixture.store.foldCounts() }
        }
        try await group.waitForAll()
      }
      for round in 0..<2 {
        for space in spaces {
          let (counts, isBounded) = try await fixture.store.countRuns(
            in: space, by: [.kind, .stateType])
          #expect(!isBounded)
          for kind in RunKind.allCases {
            for type in StateType.allCases {
              let full = try await fixture.number(
                """
                SELECT count(*) FROM run_state WHERE namespace = '\(space)'
                  AND kind = \(kind.rawValue) AND state_type = \(type.rawValue)
                """)
              let cell = counts.first { $0.kind == kind && $0.stateType == type }
              #expect(
                cell?.runs ?? 0 == full, "\(space) \(kind) \(type) round \(round) seed \(seed)")
            }
          }
        }
        try await fixture.store.foldCounts()
        #expect(try await fixture.number("SELECT count(*) FROM run_count_change") == 0)
      }
    }
  }

  @Test func keepsUpdatesOfTheNarrowRowOnThePage() async throws {
    // A cluster of its own: a transaction in any other database keeps dead rows from being pruned.
    let cluster = try await TestCluster.make()
    let database = try await TestDatabase.make(on: cluster)
    try await BlockingThread.run { _ = try Schema.migrate(on: database.connect()) }
    let store = Store(database.configuration, logger: TestCluster.silent)
    try await store.waitUntilConnected()
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix64(seed: seed)
    var runs = (0..<2000).map { _ in TestRun() }
    for part in stride(from: 0, to: runs.count, by: 200) {
      _ = try await store.transitions.submit(runs[part..<part + 200].map { $0.create() })
    }
    for seq in Int64(2)...3 {
      // Runs move on in no order; those of one page now and then together.
      runs.shuffle(using: &random)
      for part in stride(from: 0, to: runs.count, by: 200) {
        _ = try await store.transitions.submit(
          runs[part..<part + 200].map {
            $0.propose(seq == 2 ? .running : .completed(.init()), seq: seq)
          })
      }
    }
    // Statistics are told when sessions end.
    await store.shutdown()
    let query = """
      SELECT coalesce(sum(CASE WHEN n_tup_upd >= 4000 THEN 100 * n_tup_hot_upd / n_tup_upd END), -1)
        ::bigint FROM pg_stat_user_tables WHERE relname = 'run_state'
      """
    let share = try await BlockingThread.run {
      let connection = try database.connect()
      let statement = Statement("", query, planning: .everyTime)
      let start = ContinuousClock.now
      while true {
        let share =
          try connection.query(statement)
          .first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? -1
        if share >= 0 || ContinuousClock.now - start > .seconds(60) { return share }
      }
    }
    #expect(share > 90, "\(share) % of the updates were HOT, seed \(seed)")
    await cluster.remove()
  }
}
