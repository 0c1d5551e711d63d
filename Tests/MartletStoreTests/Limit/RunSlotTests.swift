// Decides that a run is RUNNING only with its slots: in line, granted in order, given back with every way a run stops,
// and never more than there are, by whatever replicas it is decided.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunSlotTests {
  func create(
    _ run: TestRun, _ limits: [SlotNeed] = [SlotNeed(.global, "api")], tags: [String] = [],
    retry: RetryPolicy? = nil, loss: LossPolicy = .crash
  ) -> Command {
    .report(
      Report(
        namespace: run.namespace, runID: run.id, epoch: 1, executionID: run.execution, seq: 1,
        sessionID: run.session, actor: "tester",
        item: .create(
          NewRun(
            kind: .task, definition: "t", tags: tags, retry: retry, loss: loss, limits: limits,
            createdBy: "tester"))))
  }

  /// Creates a run and asks for its start, in one frame.
  func begin(
    _ run: TestRun, _ limits: [SlotNeed] = [SlotNeed(.global, "api")], tags: [String] = [],
    on store: Store
  ) async throws -> CommandAnswer {
    try await store.transitions.submit([
      create(run, limits, tags: tags), run.propose(.running, seq: 2),
    ])[1]
  }

  func ask(_ run: TestRun, seq: Int64 = 2, on store: Store) async throws -> CommandAnswer {
    try await store.transitions.submit(run.propose(.running, seq: seq))
  }

  func isInLine(_ answer: CommandAnswer, _ place: Int64) -> Bool {
    guard case .verdict(.wait(let pause, .awaitingConcurrencySlot), _) = answer.result else {
      return false
    }
    return answer.line?.place == place && pause > .zero && pause < LimitBounds.patience
  }

  @Test func slotsAreTakenWithTheStartAndBackWithTheEnd() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let first = TestRun()
      #expect(try await begin(first, on: fixture.store).code == .accepted)
      #expect(try await fixture.taken("api") == 1)
      let held = try await fixture.store.listLeases(
        LeaseQuery(namespace: fixture.namespace, runID: first.id))
      #expect(held.map(\.lease.state) == [.held] && held[0].lease.expireTime == nil)
      let second = TestRun()
      let waits = try await begin(second, on: fixture.store)
      #expect(isInLine(waits, 1))
      #expect(waits.line?.name == "api" && waits.line?.taken == 1)
      #expect(waits.stateType == .pending)
      // Nobody is served while the slot is held.
      #expect(try await fixture.serve() == 0)
      _ = try await fixture.store.transitions.submit(first.propose(.completed(.init()), seq: 3))
      #expect(try await fixture.taken("api") == 0)
      #expect(try await fixture.serve() == 1)
      #expect(try await ask(second, on: fixture.store).code == .accepted)
      #expect(try await fixture.taken("api") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM limit_waiter") == 0)
    }
  }

  @Test func runsHoldAndWaitByTheirNames() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 1)
      let (first, second) = (TestRun(), TestRun())
      #expect(try await begin(first, on: store).code == .accepted)
      let waits = try await begin(second, on: store)
      #expect(isInLine(waits, 1))
      let explained = try await store.explain(second.id, in: fixture.namespace)
      let names = [
        try await store.explain(first.id, in: fixture.namespace).record.content.name,
        explained.record.content.name,
      ]
      #expect(!names[0].isEmpty && names[0] != names[1])
      let leases = try await store.listLeases(LeaseQuery(namespace: fixture.namespace))
      #expect(leases.map(\.lease.holder.name) == names)
      #expect(leases.map(\.lease.holder.runID) == [first.id, second.id])
      let holders = try #require(explained.facts.limits.first).holders
      #expect(
        holders == [.init(names[0], runID: first.id, since: leases[0].lease.grantTime)])
      let named = try await store.listLeases(
        LeaseQuery(namespace: fixture.namespace, holder: names[1]))
      #expect(named.map(\.lease.holder.runID) == [second.id])
    }
  }

  @Test func theLineKeepsItsOrderWhoeverAsksFirst() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      try await fixture.limit("api", 1)
      let holder = TestRun()
      _ = try await begin(holder, on: fixture.store)
      let runs = (0..<5).map { _ in TestRun() }
      for (index, run) in runs.enumerated() {
        let answer = try await begin(run, on: index % 2 == 0 ? fixture.store : other)
        #expect(isInLine(answer, Int64(index + 1)))
      }
      var last = (run: holder, seq: Int64(3))
      for (index, run) in runs.enumerated() {
        _ = try await other.transitions.submit(last.run.propose(.completed(.init()), seq: last.seq))
        #expect(try await fixture.serve(other) == 1)
        // The last in line asks first, and is not let past.
        for one in runs[(index + 1)...].reversed() {
          let answer = try await ask(one, on: fixture.store)
          #expect(answer.code != .accepted)
        }
        #expect(try await ask(run, on: fixture.store).code == .accepted)
        last = (run, 3)
      }
      await other.shutdown()
    }
  }

  /// Every way out of RUNNING gives the slots back, but those in which its process goes on.
  @Test func everyEndGivesTheSlotsBack() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 10)
      let session = SessionID(high: 5, low: 5)
      _ = try await fixture.store.openSession(
        session, in: fixture.namespace, holder: "h", actor: "tester")
      func after(
        retry: RetryPolicy? = nil, loss: LossPolicy = .crash,
        _ commands: (TestRun) -> [Command]
      ) async throws -> Int64 {
        let run = TestRun(session: session)
        let answers = try await fixture.store.transitions.submit(
          [create(run, retry: retry, loss: loss), run.propose(.running, seq: 2)]
            + commands(run))
        #expect(answers.dropFirst(2).allSatisfy { $0.code == .accepted || $0.code == .replaced })
        let taken = try await fixture.number(
          "SELECT count(*) FROM limit_lease WHERE run_id = '\(run.id)' AND end_time IS NULL")
        try await fixture.sql("DELETE FROM limit_lease; DELETE FROM limit_hold")
        return taken
      }
      let retry = RetryPolicy(maxRetries: 1)
      let namespace = fixture.namespace
      #expect(try await after { [$0.propose(.failed(.init()), seq: 3)] } == 0)
      #expect(try await after { [$0.propose(.crashed(.init()), seq: 3)] } == 0)
      #expect(try await after { [$0.propose(.cancelled, seq: 3)] } == 0)
      #expect(try await after(retry: retry) { [$0.propose(.failed(.init()), seq: 3)] } == 0)
      #expect(
        try await after { [$0.propose(.paused(.init(isSuspended: true)), seq: 3)] } == 0)
      #expect(try await after { [$0.propose(.paused(.init()), seq: 3)] } == 1)
      #expect(
        try await after {
          [.cancel(Cancellation(namespace: namespace, runID: $0.id, actor: "t"))]
        } == 1)
      #expect(
        try await after {
          [
            .cancel(Cancellation(namespace: namespace, runID: $0.id, actor: "t")),
            $0.propose(.cancelled, seq: 3),
          ]
        } == 0)
      func lapse(_ run: TestRun) -> [Command] {
        [.sessionLapsed(SessionLapse(runID: run.id, sessionID: session))]
      }
      #expect(try await after { lapse($0) } == 0)
      #expect(try await after(loss: .rerun(atMost: 1)) { lapse($0) } == 0)
      #expect(try await after(loss: .wait) { lapse($0) } == 1)
      #expect(
        try await after {
          [
            .setState(
              StateOverride(
                namespace: namespace, runID: $0.id, actor: "t", state: RunState(.cancelled),
                isForced: true))
          ]
        } == 0)
    }
  }

  @Test func aProcessThatWaitsKeepsItsSlotsThroughItsPause() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let run = TestRun()
      _ = try await begin(run, on: fixture.store)
      let paused = try await fixture.store.transitions.submit(
        run.propose(.paused(.init()), seq: 3))
      _ = try await fixture.store.transitions.submit(
        .resume(
          Resumption(
            namespace: fixture.namespace, runID: run.id, actor: "t", revision: paused.revision)))
      #expect(try await fixture.taken("api") == 1)
      #expect(try await ask(run, seq: 4, on: fixture.store).code == .accepted)
      #expect(try await fixture.taken("api") == 1)
    }
  }

  @Test func whoIsCancelledOrVanishesLeavesTheLine() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let holder = TestRun()
      _ = try await begin(holder, on: fixture.store)
      let (cancelled, vanished, patient) = (TestRun(), TestRun(), TestRun())
      for run in [cancelled, vanished, patient] { _ = try await begin(run, on: fixture.store) }
      _ = try await fixture.store.transitions.submit(
        .cancel(Cancellation(namespace: fixture.namespace, runID: cancelled.id, actor: "t")))
      #expect(isInLine(try await ask(patient, on: fixture.store), 2))
      try await fixture.age(by: "8 seconds")
      #expect(isInLine(try await ask(patient, on: fixture.store), 2))
      try await fixture.age(by: "8 seconds")
      #expect(try await fixture.store.lapseLeases(limit: 10, tolerance: .seconds(5)) == 1)
      #expect(isInLine(try await ask(patient, on: fixture.store), 1))
      // The holder's slots do not lapse by time: its session, not its silence here, vouches for it.
      #expect(try await fixture.taken("api") == 1)
    }
  }

  /// A slot that was granted to a run that does not come for it goes to the next.
  @Test func aGrantThatNobodyCollectsGoesOn() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let (holder, vanished, next) = (TestRun(), TestRun(), TestRun())
      for run in [holder, vanished, next] { _ = try await begin(run, on: fixture.store) }
      _ = try await fixture.store.transitions.submit(holder.propose(.completed(.init()), seq: 3))
      #expect(try await fixture.serve() == 1)
      try await fixture.age(by: "8 seconds")
      #expect(isInLine(try await ask(next, on: fixture.store), 1))
      try await fixture.age(by: "8 seconds")
      #expect(try await fixture.store.lapseLeases(limit: 10, tolerance: .seconds(5)) == 1)
      #expect(try await fixture.serve() == 1)
      #expect(try await ask(next, on: fixture.store).code == .accepted)
      // It comes late and stands in line anew.
      #expect(isInLine(try await ask(vanished, on: fixture.store), 1))
    }
  }

  @Test func neverMoreThanThereAre() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      try await fixture.limit("api", 3)
      // The database itself watches over every commit.
      try await fixture.sql(
        """
        CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (SELECT count(*) FROM run_state WHERE state_type = 3) > 3
            OR (SELECT sum(slots) FROM limit_hold) > 3 THEN
            RAISE EXCEPTION 'four at once' USING ERRCODE = 'XX001';
          END IF;
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER watch AFTER INSERT OR UPDATE ON run_state
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION watch();
        """)
      let done = Counter()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<20 {
          let store = index % 2 == 0 ? fixture.store : other
          group.addTask {
            let run = TestRun()
            var answer = try await begin(run, on: store)
            while answer.code == .wait || answer.result == .unavailable(retryAfter: .seconds(1)) {
              answer = try await ask(run, on: store)
            }
            #expect(answer.code == .accepted)
            let end = run.propose(.completed(.init()), seq: 3)
            #expect(try await store.transitions.submit(end).code == .accepted)
            done.add(1)
          }
        }
        group.addTask {
          while done.value < 20, !Task.isCancelled { try await fixture.serve() }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM limit_lease") == 0)
      await other.shutdown()
    }
  }

  /// Whoever comes back before a place that lapsed is taken away keeps it, and is served.
  @Test func aPlaceThatWasPassedOverIsServedWhenItsRunAsksAgain() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let (holder, late) = (TestRun(), TestRun())
      _ = try await begin(holder, on: fixture.store)
      #expect(isInLine(try await begin(late, on: fixture.store), 1))
      try await fixture.age(by: "1 minute")
      _ = try await fixture.store.transitions.submit(holder.propose(.completed(.init()), seq: 3))
      #expect(try await fixture.serve() == 0)
      #expect(isInLine(try await ask(late, on: fixture.store), 1))
      #expect(try await fixture.serve() == 1)
      #expect(try await ask(late, on: fixture.store).code == .accepted)
    }
  }

  /// The start and the end of a run in one frame, and a second attempt after it.
  @Test func oneFrameMayHoldAWholeLife() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 1)
      let run = TestRun()
      let answers = try await fixture.store.transitions.submit([
        create(run, retry: RetryPolicy(maxRetries: 1)), run.propose(.running, seq: 2),
        run.propose(.failed(.init()), seq: 3), run.propose(.running, seq: 4),
        run.propose(.completed(.init()), seq: 5),
      ])
      #expect(answers.map(\.code) == [.accepted, .accepted, .replaced, .accepted, .accepted])
      #expect(try await fixture.taken("api") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM limit_lease") == 0)
    }
  }
}
