// Decides that what a run brings along and carries from state to state is kept, on whatever replica it is
// decided next: retries, pauses, inputs, force.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct PolicyTests {
  private let retry = RetryPolicy(
    maxRetries: 2, delay: .exponential(first: .milliseconds(1), factor: 1.5, longest: .seconds(9)),
    jitter: 0.1, mode: .reschedule, retriesCrashes: true)

  private func create(_ run: TestRun, _ content: NewRun) -> Command {
    .report(
      Report(
        namespace: run.namespace, runID: run.id, epoch: 1, executionID: run.execution, seq: 1,
        sessionID: run.session, actor: "tester", item: .create(content)))
  }

  private func content(
    _ retry: RetryPolicy? = nil, timeout: Interval? = nil, loss: LossPolicy = .crash
  ) -> NewRun {
    NewRun(
      kind: .task, definition: "t", timeout: timeout, retry: retry, loss: loss, createdBy: "t")
  }

  private func failure(_ run: TestRun, seq: Int64) -> Command {
    run.propose(
      .failed(.init(errorType: "ValueError", errorMessage: "boom")), seq: seq, message: "m")
  }

  @Test func theSameVerdictComesFromEveryReplica() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      var run = TestRun()
      _ = try await fixture.store.transitions.submit([
        create(run, content(retry)), run.propose(.running, seq: 2),
      ])
      let first = try await fixture.store.transitions.submit(failure(run, seq: 3))
      #expect(first.code == .replaced && first.state?.name == "AwaitingRetry")
      for store in [other, fixture.store, other] {
        let again = try await store.transitions.submit(failure(run, seq: 3))
        #expect(again.code == .replaced && again.isDuplicate)
        #expect(again.state == first.state && again.time == first.time)
      }
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 3)
      guard case .scheduled(let scheduled)? = first.state?.detail else {
        Issue.record("\(first)")
        return
      }
      #expect(
        scheduled.cause == .failed(.init(errorType: "ValueError", errorMessage: "boom")))
      // Whoever sees it first takes it; the other hears that it is taken.
      var taker = TestRun(id: run.id)
      taker.epoch = 2
      var verdicts: [Verdict.Code?] = []
      while !verdicts.contains(.accepted) {
        verdicts = [
          try await other.transitions.submit(taker.propose(.running, seq: 1)).code
        ]
      }
      run.epoch = 2
      #expect(
        try await fixture.store.transitions.submit(run.propose(.running, seq: 1)).code == .fenced)
      let record = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(record.state.name == "Retrying" && record.snapshot.attempt == 2)
      #expect(record.snapshot.tally.retries == 1)
      #expect(record.content.retry == retry)
      await other.shutdown()
    }
  }

  @Test func policiesSurviveTheirColumn() async throws {
    try await StoreFixture.with { fixture in
      let policies: [NewRun] = [
        content(), content(retry),
        content(
          RetryPolicy(maxRetries: 1, delay: .listed([.zero, .seconds(5)])), timeout: .seconds(7),
          loss: .rerun(atMost: 4)),
        content(loss: .wait),
      ]
      for policy in policies {
        let run = TestRun()
        _ = try await fixture.store.transitions.submit([create(run, policy)])
        let record = try await fixture.store.run(run.id, in: fixture.namespace)
        #expect(record.content.policy == policy.policy)
        #expect(record.snapshot.policy == policy.policy)
      }
      #expect(
        try await fixture.number("SELECT count(*) FROM run_state WHERE policy IS NULL") == 1)
    }
  }

  @Test func aPauseIsAnsweredOnceForAllReplicas() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let run = TestRun()
      let schema = #"{"type":"integer"}"#
      let pause = RunState.Detail.paused(.init(key: "approve", inputSchema: schema))
      _ = try await fixture.store.transitions.submit([
        create(run, content()), run.propose(.running, seq: 2), run.propose(pause, seq: 3),
      ])
      #expect(
        try await other.transitions.submit(run.propose(.running, seq: 4)).code == .wait)
      var record = try await other.run(run.id, in: fixture.namespace)
      #expect(record.pauses == [RunPause(key: "approve", inputSchema: schema)])
      let resumption = Command.resume(
        Resumption(
          namespace: fixture.namespace, runID: run.id, actor: "ann", input: #"{"n":1.10}"#,
          revision: record.snapshot.revision))
      #expect(try await other.transitions.submit(resumption).code == .accepted)
      #expect(
        try await fixture.store.transitions.submit(resumption).result
          == .failure(.outdated(revision: 4)))
      let on = try await fixture.store.transitions.submit([
        run.propose(.running, seq: 4), run.propose(pause, seq: 5),
      ])
      #expect(on.map(\.code) == [.accepted, .refused])
      record = try await other.run(run.id, in: fixture.namespace)
      #expect(record.pauses.map(\.input) == [#"{"n":1.10}"#])
      #expect(record.snapshot.attempt == 1)
      // An operator's retry begins anew: what was answered is asked again.
      _ = try await other.transitions.submit([
        run.propose(.cancelled, seq: 6),
        .retry(RetryRequest(namespace: fixture.namespace, runID: run.id, actor: "ann")),
      ])
      record = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(record.pauses.isEmpty && record.state.name == "AwaitingRetry")
      #expect(record.snapshot.tally.restart == .rerun)
      await other.shutdown()
    }
  }

  @Test func forceFencesTheOwnerOnEveryReplica() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let run = TestRun()
      _ = try await fixture.store.transitions.submit([
        create(run, content()), run.propose(.running, seq: 2),
      ])
      let forced = try await other.transitions.submit(
        .setState(
          StateOverride(
            namespace: fixture.namespace, runID: run.id, actor: "ann",
            state: RunState(.failed(.init()), message: "stuck"), isForced: true)))
      #expect(forced.code == .accepted && forced.rule == "any/force" && forced.epoch == 2)
      let late = try await fixture.store.transitions.submit(
        run.propose(.completed(.init()), seq: 3))
      #expect(late.code == .fenced)
      let history = try await fixture.store.transitions(
        of: run.id, in: fixture.namespace, limit: 10)
      #expect(history.last?.actor == "ann" && history.last?.rule == "any/force")
      #expect(try await fixture.number("SELECT count(*) FROM run_cascade") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM claim") == 0)
      await other.shutdown()
    }
  }

  @Test func aPlainRunTakesTheFastRoad() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      let content = content(RetryPolicy(maxRetries: 3), timeout: .seconds(60))
      _ = try await fixture.store.transitions.submit(create(run, content))
      for (seq, detail) in [
        (2, RunState.Detail.running), (3, .failed(.init())), (4, .running),
        (5, .completed(.init())),
      ] {
        _ = try await fixture.store.transitions.submit(run.propose(detail, seq: Int64(seq)))
      }
      let record = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(record.state.type == .completed && record.snapshot.attempt == 2)
      #expect(try await fixture.number("SELECT count(*) FROM run_due") == 0)
    }
  }
}
