// Decides that locks, deadlocks and broken connections neither lose nor double a transition, and that
// one run in trouble holds up no other.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct TransitionFaultTests {
  private static let lock = Statement(
    "test_lock", "SELECT id FROM run_state WHERE id = $1 FOR UPDATE")

  @Test func failsOnlyWhatALockedRunHoldsUp() async throws {
    var settings = Store.Settings()
    settings.batches.lockTimeout = .milliseconds(200)
    try await StoreFixture.with(settings) { fixture in
      let runs = (0..<50).map { _ in TestRun() }
      _ = try await fixture.store.transitions.submit(runs.map { $0.create() })
      let holder = try await Holder.begin(fixture.database)
      try await holder.lock(runs[7].id)
      let batch = runs.map { $0.propose(.running, seq: 2) }
      let answers = try await fixture.store.transitions.submit(batch)
      for (index, answer) in answers.enumerated() {
        if index == 7 {
          #expect(answer.result == .unavailable(retryAfter: .seconds(1)))
        } else {
          #expect(answer.code == .accepted, "\(index): \(answer.result)")
        }
      }
      try await holder.end()
      let again = try await fixture.store.transitions.submit(batch)
      #expect(again.allSatisfy { $0.code == .accepted })
      #expect(again.count { $0.isDuplicate } == 49)
    }
  }

  @Test func isNotHeldUpForEverByAReplicaThatStoppedWithLocks() async throws {
    var settings = Store.Settings()
    settings.batches.lockTimeout = .milliseconds(200)
    try await StoreFixture.with(settings) { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit(run.create())
      // What a stopped replica looks like to Postgres: a transaction with locks that says no more.
      var configuration = fixture.database.configuration
      configuration.idleInTransactionTimeout = .milliseconds(700)
      let stopped = try await Holder.begin(fixture.database, configuration)
      try await stopped.lock(run.id)
      let other = TestRun()
      let start = ContinuousClock.now
      let free = try await fixture.store.transitions.submit(other.create())
      #expect(free.code == .accepted)
      var answer = try await fixture.store.transitions.submit(run.propose(.running, seq: 2))
      while case .unavailable = answer.result, ContinuousClock.now - start < .seconds(20) {
        answer = try await fixture.store.transitions.submit(run.propose(.running, seq: 2))
      }
      #expect(answer.code == .accepted)
      try? await stopped.end()
    }
  }

  @Test func runsABatchAgainAfterADeadlock() async throws {
    try await StoreFixture.with { fixture in
      let runs = [TestRun(), TestRun()].sorted { $0.id < $1.id }
      _ = try await fixture.store.transitions.submit(runs.map { $0.create() })
      let holder = try await Holder.begin(fixture.database)
      // So that the batch is the one that is chosen to fail.
      try await holder.script("SET LOCAL deadlock_timeout = '60s'")
      try await holder.lock(runs[1].id)
      // The batch locks the first and waits for the second; the holder then asks for the first.
      async let answers = fixture.store.transitions.submit(
        runs.map { $0.propose(.running, seq: 2) })
      try await holder.waitUntilSomeoneWaits()
      try await holder.lock(runs[0].id)
      try await holder.end()
      let codes = try await answers.map(\.code)
      #expect(codes == [.accepted, .accepted])
    }
  }

  @Test func countsEveryReportOnceWhenWritersAreKilled() async throws {
    try await StoreFixture.with { fixture in
      let killed = Counter()
      let made = Counter()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<16 {
          group.addTask {
            // On a busy machine the killer comes late.
            var count = 0
            while count < 15 || killed.value < 5 {
              count += 1
              made.add(1)
              let run = TestRun()
              for command in [
                run.create(), run.propose(.running, seq: 2),
                run.propose(.completed(.init()), seq: 3),
              ] {
                let answer = try await persist(fixture.store, command)
                #expect(answer.code == .accepted, "\(answer.result)")
              }
            }
          }
        }
        group.addTask {
          let database = fixture.database
          try await BlockingThread.run {
            let connection = try database.connect()
            let kill = Statement(
              "test_kill",
              """
              SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE datname = current_database() AND query LIKE '%run_state%' AND state <> 'idle'
                AND pid <> pg_backend_pid()
              """)
            var rounds = 0
            while rounds < 200 || killed.value < 5 {
              rounds += 1
              let count = try connection.query(kill)
                .first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
              killed.add(Int(count ?? 0))
            }
          }
        }
        try await group.waitForAll()
      }
      let runs = Int64(made.value)
      #expect(try await fixture.number("SELECT count(*) FROM run") == runs)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 3 * runs)
      #expect(
        try await fixture.number("SELECT count(*) FROM run_state WHERE state_type = 6") == runs)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM feed, unnest(run_ids)") == 3 * runs)
    }
  }

  @Test func countsOnceWhereverTheConnectionIsCut() async throws {
    try await StoreFixture.with { fixture in
      let proxy = try FaultProxy(fixture.database)
      var configuration = proxy.configuration
      configuration.reconnectDelay = .milliseconds(1)...(.milliseconds(5))
      let store = Store(configuration, logger: TestCluster.silent)
      try await store.waitUntilConnected()
      // Warm: statements are prepared, so that the budget is spent on the batch itself.
      var run = TestRun()
      _ = try await store.transitions.submit(run.create())
      var unknown = 0
      var budget = 1
      var runs = 1
      while budget < 6000 {
        run = TestRun()
        runs += 1
        proxy.cut(afterBytesToServer: budget)
        do {
          _ = try await store.transitions.submit(run.create())
        } catch {
          unknown += 1
        }
        proxy.cut(afterBytesToServer: nil)
        let answer = try await persist(store, run.create())
        #expect(answer.code == .accepted, "cut after \(budget) bytes: \(answer.result)")
        budget += 97
      }
      #expect(unknown > 3)
      #expect(try await fixture.number("SELECT count(*) FROM run") == Int64(runs))
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == Int64(runs))
      await store.shutdown()
      proxy.close()
    }
  }

  @Test func answersAtOnceWithoutADatabase() async throws {
    let configuration = try PostgresConfiguration("postgresql://nobody@127.0.0.1:1/none")
    let store = Store(configuration, logger: TestCluster.silent)
    for _ in 0..<3 {
      await #expect(throws: StoreError.self) {
        try await store.transitions.submit(TestRun().create())
      }
    }
    do {
      _ = try await store.run(.fresh(), in: .standard)
      Issue.record("read without a database")
    } catch {
      guard case .unavailable = error else {
        Issue.record("\(error)")
        return
      }
    }
    await store.shutdown()
  }

  @Test func letsNoMoreInThanTheQueueHolds() async throws {
    var settings = Store.Settings()
    settings.batches.waitingCommands = 10
    try await StoreFixture.with(settings) { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit(run.create())
      let holder = try await Holder.begin(fixture.database)
      try await holder.lock(run.id)
      let first = Answer()
      fixture.store.transitions.submit([run.propose(.running, seq: 2)]) { first.give($0) }
      try await holder.waitUntilSomeoneWaits()
      let waiting = Answer()
      fixture.store.transitions.submit((0..<10).map { _ in TestRun().create() }) {
        waiting.give($0)
      }
      do {
        _ = try await fixture.store.transitions.submit(TestRun().create())
        Issue.record("an eleventh command was let in")
      } catch let error as StoreError {
        guard case .resourceExhausted = error else {
          Issue.record("\(error)")
          return
        }
      }
      try await holder.end()
      #expect(try await first.value()[0].code == .accepted)
      #expect(try await waiting.value().allSatisfy { $0.code == .accepted })
    }
  }
}

/// Submits a command until its outcome is known, as a client does.
func persist(_ store: Store, _ command: Command) async throws -> CommandAnswer {
  while true {
    do {
      let answer = try await store.transitions.submit(command)
      if case .unavailable = answer.result { continue }
      return answer
    } catch {
      guard case .unavailable = error else { throw error }
      await Task.yield()
    }
  }
}
