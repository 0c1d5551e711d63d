// Decides that a limit which many ask for holds up those who ask for it, and nobody else.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct HotLimitTests {
  private func create(_ run: TestRun, _ limits: [SlotNeed]) -> Command {
    .report(
      Report(
        namespace: run.namespace, runID: run.id, epoch: 1, executionID: run.execution, seq: 1,
        actor: "tester",
        item: .create(
          NewRun(kind: .task, definition: "t", limits: limits, createdBy: "tester"))))
  }

  /// Sessions that wait for a row's lock while they are at the rows of runs.
  private static let waiting = """
    SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE NOT l.granted AND l.locktype IN ('tuple', 'transactionid') AND a.datname = current_database() AND a.query LIKE '%run_state%'
    """

  @Test func transitionsDoNotWaitForTheLockOfALimit() async throws {
    var settings = Store.Settings()
    // Nothing but the end of the lock may end the wait.
    settings.batches.lockTimeout = .seconds(100)
    settings.batches.statementTimeout = .seconds(100)
    try await StoreFixture.with(settings) { fixture in
      let transitions = fixture.store.transitions
      try await fixture.limit("api", 2)
      let (held, other) = (TestRun(), TestRun())
      let limits = [SlotNeed(.global, "api")]
      let begun = try await transitions.submit([
        create(held, limits), held.propose(.running, seq: 2), other.create(),
        other.propose(.running, seq: 2),
      ])
      #expect(begun.allSatisfy { $0.code == .accepted })
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT FROM slot_limit FOR UPDATE")
      let starting = TestRun()
      // In one frame with what needs no slots, whose answers wait for it; its next report waits for its start.
      let (mixed, apart) = (TestRun(), TestRun())
      async let start = transitions.submit([
        create(starting, limits), starting.propose(.running, seq: 2), mixed.create(),
      ])
      try await holder.waitUntilSomeoneWaits()
      async let end = transitions.submit(starting.propose(.completed(.init()), seq: 3))
      // Each of these would stand behind the lock if the writer stood there.
      for seq in Int64(3)...12 {
        let answer = try await transitions.submit(
          other.propose(.running, seq: seq, name: "Step \(seq)"))
        #expect(answer.code == .accepted)
      }
      #expect(try await transitions.submit(apart.create()).code == .accepted)
      #expect(try await transitions.submit(mixed.propose(.running, seq: 2)).code == .accepted)
      // Slots are given back without the lock too.
      let back = try await transitions.submit(held.propose(.completed(.init()), seq: 3))
      #expect(back.code == .accepted)
      #expect(try await fixture.number(Self.waiting) == 0)
      try await holder.end()
      #expect(try await start.map(\.code) == [.accepted, .accepted, .accepted])
      #expect(try await end.code == .accepted)
      #expect(try await fixture.taken("api") == 0)
    }
  }

  @Test func aThousandStartsOnOneLimitHoldUpNoReport() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let stores = [fixture.store, other]
      try await fixture.limit("api", 5)
      let limits = [SlotNeed(.global, "api")]
      let reporters = [TestRun(), TestRun()]
      for run in reporters {
        _ = try await fixture.store.transitions.submit([
          run.create(), run.propose(.running, seq: 2),
        ])
      }
      let isOver = Locked(false)
      let (started, waits) = try await withThrowingTaskGroup(
        of: (Int, Int64).self, returning: (Int, Int64).self
      ) { group in
        for task in 0..<20 {
          group.addTask {
            let runs = (0..<50).map { _ in TestRun() }
            let answers = try await stores[task % 2].transitions.submit(
              runs.map { create($0, limits) } + runs.map { $0.propose(.running, seq: 2) })
            return (answers.dropFirst(50).count { $0.code == .accepted }, 0)
          }
        }
        for (store, run) in zip(stores, reporters) {
          group.addTask {
            for seq in Int64(3)..<103 {
              let answer = try await store.transitions.submit(
                run.propose(.running, seq: seq, name: "Step \(seq)"))
              #expect(answer.code == .accepted)
            }
            return (0, 0)
          }
        }
        group.addTask {
          var most: Int64 = 0
          while !isOver.withLock({ $0 }), !Task.isCancelled {
            most = max(most, try await fixture.number(Self.waiting))
          }
          return (0, most)
        }
        var sum = (0, Int64(0))
        for _ in 0..<22 {
          let next = try await group.next() ?? (0, 0)
          sum = (sum.0 + next.0, max(sum.1, next.1))
        }
        isOver.withLock { $0 = true }
        for try await next in group { sum = (sum.0 + next.0, max(sum.1, next.1)) }
        return sum
      }
      #expect(started == 5)
      #expect(waits == 0, "\(waits) sessions at the rows of runs waited for a lock")
      #expect(try await fixture.taken("api") == 5)
      #expect(try await fixture.number("SELECT count(*) FROM limit_waiter") == 995)
      await other.shutdown()
    }
  }
}
