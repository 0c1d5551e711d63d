// Decides that the sums of runs are what a full count says whatever two replicas do, and that a recount mends what is wrong
// and nothing else, beside them.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct RecountTests {
  /// The cells in which the sums, with the differences that are not folded yet, are not what a full count says.
  private static let wrong = """
    SELECT count(*) FROM (
      SELECT namespace, kind, state_type, sum(runs) AS runs FROM (
        SELECT namespace, kind, state_type, runs FROM run_count
        UNION ALL SELECT namespace, kind, to_type, runs FROM run_count_change
        UNION ALL SELECT namespace, kind, from_type, -runs FROM run_count_change
          WHERE from_type IS NOT NULL
      ) n GROUP BY 1, 2, 3 HAVING sum(runs) <> 0
    ) c FULL JOIN (SELECT namespace, kind, state_type, count(*) AS runs FROM run_state GROUP BY 1, 2, 3) f
      USING (namespace, kind, state_type)
    WHERE c.runs IS DISTINCT FROM f.runs
    """

  private func mend(_ fixture: StoreFixture) async throws -> [RunRecount]? {
    try await BlockingThread.run { try RunRecount.mend(on: fixture.database.connect()) }
  }

  /// Everything that may happen to a run, in random order.
  private static func commands(
    for run: TestRun, _ random: inout SplitMix64
  ) -> [Command] {
    let details: [RunState.Detail] = [
      .running, .paused(.init()), .paused(.init(isSuspended: true)), .failed(.init()),
      .completed(.init()), .crashed(.init()), .cancelled, .scheduled(.init()),
    ]
    var commands = [
      Bool.random(using: &random)
        ? run.create(Bool.random(using: &random) ? .flow : .task) : run.schedule(),
      run.propose(.running, seq: 2),
    ]
    for seq in Int64(3)..<Int64(3 + Int.random(in: 0...4, using: &random)) {
      switch Int.random(in: 0..<9, using: &random) {
      case 0:
        commands.append(
          .cancel(Cancellation(namespace: run.namespace, runID: run.id, actor: "t")))
      case 1:
        commands.append(
          .pause(PauseRequest(namespace: run.namespace, runID: run.id, actor: "t")))
      case 2:
        commands.append(
          .retry(
            RetryRequest(namespace: run.namespace, runID: run.id, actor: "t", isForced: true)))
      case 3:
        commands.append(
          .setState(
            StateOverride(
              namespace: run.namespace, runID: run.id, actor: "t",
              state: RunState(details[Int.random(in: 3...7, using: &random)]), isForced: true)))
      case 4: commands.append(.offer(Offer(runID: run.id, sessionID: nil)))
      default:
        commands.append(
          run.propose(details[Int.random(in: 0..<details.count, using: &random)], seq: seq))
      }
    }
    return commands
  }

  @Test func sumsAreFullCountsWhateverTwoReplicasDo() async throws {
    try await StoreFixture.with { fixture in
      let seed = UInt64.random(in: 0 ... .max)
      let other = try await fixture.otherStore()
      let stores = [fixture.store, other]
      let spaces = [Namespace.standard, try Namespace("other")]
      let runs = Locked<[TestRun]>([])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<6 {
          group.addTask {
            var random = SplitMix64(seed: seed &+ UInt64(task))
            let store = stores[task % 2]
            for round in 0..<25 {
              let own = (0..<(round == 0 ? 60 : 3)).map { _ in
                TestRun(spaces[Int.random(in: 0...1, using: &random)])
              }
              var commands: [Command] = []
              for run in own { commands += Self.commands(for: run, &random) }
              _ = try await store.transitions.submit(commands)
              runs.withLock { $0 += own }
              // What another replica made is cancelled, tried again or deleted.
              let known = runs.withLock { $0 }
              let some = (0..<3).compactMap { _ in known.randomElement(using: &random) }
              switch Int.random(in: 0..<4, using: &random) {
              case 0:
                for run in some {
                  _ = try await store.deleteRuns([run.id], in: run.namespace, actor: "t")
                }
              case 1:
                _ = try await store.transitions.submit(
                  some.map {
                    .cancel(
                      Cancellation(
                        namespace: $0.namespace, runID: $0.id, actor: "t", bound: .zero))
                  })
              case 2:
                _ = try await store.transitions.submit(
                  some.map {
                    .retry(RetryRequest(namespace: $0.namespace, runID: $0.id, actor: "t"))
                  })
              default: try await store.foldCounts()
              }
            }
          }
        }
        // What is mended beside it all is nothing, for nothing is wrong at any moment.
        group.addTask {
          for _ in 0..<10 {
            let mended = try await mend(fixture)
            #expect(mended == [], "seed \(seed)")
          }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.number("SELECT count(*) FROM run_removal") > 0, "seed \(seed)")
      for round in 0..<2 {
        #expect(try await fixture.number(Self.wrong) == 0, "seed \(seed) round \(round)")
        for space in spaces {
          let counts = try await other.countRuns(in: space, by: [.kind, .stateType]).counts
          let full = try await fixture.number(
            "SELECT count(*) FROM run_state WHERE namespace = '\(space)'")
          #expect(counts.reduce(0) { $0 + $1.runs } == full, "seed \(seed)")
          for count in counts {
            guard let kind = count.kind, let type = count.stateType else { continue }
            let cell = try await fixture.number(
              """
              SELECT count(*) FROM run_state WHERE namespace = '\(space)'
                AND kind = \(kind.rawValue) AND state_type = \(type.rawValue)
              """)
            #expect(count.runs == cell, "\(space) \(kind) \(type) seed \(seed)")
          }
        }
        try await fixture.store.foldCounts()
      }
      await other.shutdown()
    }
  }

  @Test func aRecountMendsWhatIsWrong() async throws {
    try await StoreFixture.with { fixture in
      let runs = (0..<5).map { _ in TestRun() }
      _ = try await fixture.store.transitions.submit(
        runs.map { $0.create() } + runs.prefix(2).map { $0.propose(.running, seq: 2) })
      try await fixture.store.foldCounts()
      // Some that is not folded, a sum too high, one that is gone, and one of nothing.
      _ = try await fixture.store.transitions.submit(runs[2].propose(.running, seq: 2))
      try await fixture.sql(
        """
        UPDATE run_count SET runs = runs + 7 WHERE state_type = 2;
        DELETE FROM run_count WHERE state_type = 3;
        INSERT INTO run_count VALUES ('other', 1, 9, 4);
        """)
      let mended = try await mend(fixture)
      let expected = [
        RunRecount(namespace: .standard, kind: .task, stateType: .pending, missing: -7),
        RunRecount(namespace: .standard, kind: .task, stateType: .running, missing: 2),
        RunRecount(
          namespace: try Namespace("other"), kind: .flow, stateType: .crashed, missing: -4),
      ]
      #expect(mended == expected)
      #expect(try await fixture.number(Self.wrong) == 0)
      #expect(try await mend(fixture) == [])
      // Two at once would mend the same twice.
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT pg_advisory_xact_lock(7239846120012)")
      #expect(try await mend(fixture) == nil)
      try await holder.end()
    }
  }
}
