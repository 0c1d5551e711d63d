// Decides that a run has slots of the limits that it names and of those of its tags, all or none, and that others are not
// asked.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

extension RunSlotTests {
  @Test func strategiesAndClosedLimits() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      try await fixture.limit("none", 0)
      _ = try await begin(TestRun(), on: fixture.store)
      let refused = try await begin(
        TestRun(), [SlotNeed(.global, "api", strategy: .cancelNew)], on: fixture.store)
      #expect(refused.result == .verdict(.replaced(.limitFull), isDuplicate: false))
      #expect(refused.stateType == .cancelled)
      let late = TestRun()
      let closed = try await begin(late, [SlotNeed(.global, "none")], on: fixture.store)
      #expect(closed.result == .verdict(.refused(.limitClosed), isDuplicate: false))
      #expect(closed.stateType == .pending)
      let tooMany = try await begin(
        TestRun(), [SlotNeed(.global, "api", slots: 2)], on: fixture.store)
      #expect(tooMany.result == .verdict(.refused(.limitClosed), isDuplicate: false))
      // The answer is the same when it is asked for again.
      let again = try await ask(late, on: fixture.store)
      #expect(again.result == .verdict(.refused(.limitClosed), isDuplicate: true))
      // A limit that is not there binds nobody; one that is switched off neither.
      #expect(
        try await begin(TestRun(), [SlotNeed(.global, "absent")], on: fixture.store).code
          == .accepted)
      #expect(try await fixture.number("SELECT count(*) FROM limit_waiter") == 0)
    }
  }

  @Test func aTagsLimitBindsItsRunsAndNoOthers() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      for store in [fixture.store, other] { try await store.readTagLimits() }
      let before = TestRun()
      #expect(try await begin(before, [], tags: ["db"], on: fixture.store).code == .accepted)
      try await fixture.limit("db", 1, scope: .tag)
      #expect(
        try await begin(TestRun(), [], tags: ["x", "db"], on: fixture.store).code == .accepted)
      let second = TestRun()
      let waits = try await begin(second, [], tags: ["db"], on: fixture.store)
      #expect(isInLine(waits, 1) && waits.line?.scope == .tag)
      #expect(try await begin(TestRun(), [], tags: ["x"], on: fixture.store).code == .accepted)
      // The other replica has read of it, or knows nothing for certain and asks.
      try await other.readTagLimits()
      #expect(isInLine(try await ask(second, on: other), 1))
      await other.shutdown()
    }
  }

  /// Runs without limits take no statement more, and those with tags none while no limit has these tags.
  @Test func runsWithoutLimitsAreNotAsked() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.store.readTagLimits()
      try await fixture.sql("ALTER TABLE slot_limit RENAME TO elsewhere")
      let answers = try await fixture.store.transitions.submit([
        create(TestRun(), [], tags: ["a"]), create(TestRun(), []),
      ])
      #expect(answers.allSatisfy { $0.code == .accepted })
      for tags in [["a"], []] {
        let run = TestRun()
        _ = try await fixture.store.transitions.submit(create(run, [], tags: tags))
        #expect(try await ask(run, on: fixture.store).code == .accepted)
        let end = run.propose(.completed(.init()), seq: 3)
        #expect(try await fixture.store.transitions.submit(end).code == .accepted)
      }
      // One that names a limit is, and is not started without an answer.
      let run = TestRun()
      let answer = try await begin(run, on: fixture.store)
      guard case .unavailable = answer.result else {
        Issue.record("\(answer)")
        return
      }
      try await fixture.sql("ALTER TABLE elsewhere RENAME TO slot_limit")
      #expect(try await ask(run, on: fixture.store).code == .accepted)
    }
  }

  @Test func slotsOfSeveralLimitsAreTakenTogether() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      try await fixture.limit("db", 2)
      let both = [SlotNeed(.global, "api"), SlotNeed(.global, "db", slots: 2)]
      let first = TestRun()
      #expect(try await begin(first, both, on: fixture.store).code == .accepted)
      let second = TestRun()
      #expect(isInLine(try await begin(second, both, on: fixture.store), 1))
      // What it waits for is kept from who comes later, so that it is not starved.
      let small = TestRun()
      #expect(
        isInLine(try await begin(small, [SlotNeed(.global, "db")], on: fixture.store), 2))
      _ = try await fixture.store.transitions.submit(first.propose(.completed(.init()), seq: 3))
      #expect(try await fixture.serve() == 1)
      #expect(try await ask(second, on: fixture.store).code == .accepted)
      #expect(try await fixture.taken("db") == 2)
      #expect(try await ask(small, on: fixture.store).code == .wait)
    }
  }

  /// Twenty runs, three slots, two replicas, starts and ends in one frame: never a fourth at once.
}
