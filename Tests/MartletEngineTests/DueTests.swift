// Decides that what is due is done, once, whichever replicas look and die: late runs, timeouts, pauses.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DueTests {
  private func create(_ run: TestRun, _ content: NewRun) -> Command {
    .report(
      Report(
        namespace: .standard, runID: run.id, epoch: 1, executionID: run.execution, seq: 1,
        sessionID: run.session, actor: "tester", item: .create(content)))
  }

  /// Lets two replicas look until a run is in a state.
  private func run(
    _ fixture: EngineFixture, until id: RunID, is name: String
  ) async throws {
    let runners = [DueRunner(fixture.context), DueRunner(fixture.context)]
    let start = ContinuousClock.now
    while try await fixture.store.run(id, in: fixture.namespace).state.name != name,
      ContinuousClock.now - start < .seconds(20)
    {
      async let one = runners[0].step()
      async let two = runners[1].step()
      _ = try await (one, two)
    }
  }

  /// Makes everything due as if so much time had passed.
  private func pass(_ seconds: Int, _ fixture: EngineFixture) async throws {
    try await fixture.sql(
      """
      UPDATE run_due SET due = due - interval '\(seconds) s';
      UPDATE run_state SET due_time = due_time - interval '\(seconds) s';
      """)
  }

  @Test func aRunIsTimedOutOnceAndTriedAgainByWhoeverComes() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun(session: try await fixture.session())
      _ = try await fixture.store.transitions.submit([
        create(
          run,
          NewRun(
            kind: .task, definition: "t", timeout: .seconds(60), retry: RetryPolicy(maxRetries: 1),
            createdBy: "t")), run.propose(.running, seq: 2),
      ])
      _ = try await DueRunner(fixture.context).step()
      #expect(try await fixture.state(of: run.id) == .running)
      try await pass(66, fixture)
      try await self.run(fixture, until: run.id, is: "AwaitingRetry")
      #expect(try await fixture.number("SELECT count(*) FROM claim") == 0)
      var taker = run.propose(.running, seq: 1)
      if case .report(var report) = taker {
        report.epoch = 2
        taker = .report(report)
      }
      _ = try await fixture.store.transitions.submit(taker)
      try await pass(66, fixture)
      try await self.run(fixture, until: run.id, is: "TimedOut")
      let history = try await fixture.store.transitions(
        of: run.id, in: fixture.namespace, limit: 20)
      #expect(
        history.map(\.to.name) == [
          "Pending", "Running", "AwaitingRetry", "Retrying", "TimedOut",
        ])
      #expect(try await fixture.number("SELECT count(*) FROM run_due") == 0)
    }
  }

  @Test func aRunThatNobodyTakesIsLateOnce() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit(
        .report(
          Report(
            namespace: .standard, runID: run.id, actor: "tester",
            item: .create(
              NewRun(
                kind: .flow, definition: "f", dueTime: .epoch + .hours(24 * 365 * 60),
                createdBy: "t")))))
      #expect(try await fixture.number("SELECT count(*) FROM run_due") == 1)
      _ = try await DueRunner(fixture.context).step()
      try await fixture.sql(
        """
        UPDATE run_due SET due = clock_timestamp();
        UPDATE run_state SET due_time = clock_timestamp() - interval '16 s';
        """)
      try await self.run(fixture, until: run.id, is: "Late")
      _ = try await DueRunner(fixture.context).step()
      let history = try await fixture.store.transitions(
        of: run.id, in: fixture.namespace, limit: 20)
      #expect(history.map(\.to.name) == ["Scheduled", "Late"])
    }
  }

  @Test func aPauseFailsWhenItsTimeIsOver() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun()
      let soon = Instant.epoch + .hours(24 * 365 * 60)
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2),
        run.propose(.paused(.init(until: soon)), seq: 3),
      ])
      try await fixture.sql(
        """
        UPDATE run_due SET due = clock_timestamp();
        UPDATE run_state SET due_time = clock_timestamp();
        """)
      try await self.run(fixture, until: run.id, is: "PauseTimedOut")
      #expect(try await fixture.state(of: run.id) == .failed)
    }
  }

  @Test func aRetryOutlivesItsOwner() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun(session: try await fixture.session())
      _ = try await fixture.store.transitions.submit([
        create(
          run,
          NewRun(
            kind: .task, definition: "t", retry: RetryPolicy(maxRetries: 1), createdBy: "t")),
        run.propose(.running, seq: 2), run.propose(.failed(.init()), seq: 3),
      ])
      let held = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(held.state.name == "AwaitingRetry" && held.snapshot.executionID == run.execution)
      try await fixture.age(by: "1 hour")
      try await fixture.reap()
      let free = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(free.state.name == "AwaitingRetry" && free.snapshot.executionID == nil)
      #expect(try await fixture.number("SELECT count(*) FROM claim") == 0)
    }
  }

  @Test func lostOwnersAreWaitedForOrReplaced() async throws {
    try await EngineFixture.with { fixture in
      let session = try await fixture.session()
      let patient = TestRun(session: session)
      let rerun = TestRun(session: session)
      _ = try await fixture.store.transitions.submit([
        create(patient, NewRun(kind: .flow, definition: "f", loss: .wait, createdBy: "t")),
        patient.propose(.running, seq: 2),
        create(
          rerun, NewRun(kind: .flow, definition: "f", loss: .rerun(atMost: 1), createdBy: "t")),
        rerun.propose(.running, seq: 2),
      ])
      try await fixture.age(by: "1 hour")
      try await fixture.reap()
      try await fixture.reap()
      #expect(
        try await fixture.store.run(patient.id, in: fixture.namespace).state.name == "OwnerLost")
      #expect(try await fixture.state(of: rerun.id) == .scheduled)
      #expect(try await fixture.number("SELECT count(*) FROM session") == 0)
      let back = try await fixture.store.transitions.submit(
        patient.propose(.completed(.init()), seq: 3))
      #expect(back.stateType == .completed)
    }
  }
}
