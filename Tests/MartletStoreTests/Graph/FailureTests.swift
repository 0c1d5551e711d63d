// Decides which run is blamed for a failure, and with which good run it is compared.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct FailureTests {
  private func find(_ fixture: StoreFixture, _ run: TestRun) async throws -> FailureFindings? {
    let record = try await fixture.store.run(run.id, in: fixture.namespace)
    return try await fixture.store.failure(of: record)
  }

  /// Reports one after the other, so that their times are in order.
  private func report(_ fixture: StoreFixture, _ commands: [Command]) async throws {
    for command in commands {
      let answer = try await fixture.store.transitions.submit(command)
      #expect(answer.code == .accepted, "\(command): \(answer)")
    }
  }

  @Test func theFirstAndDeepestFailureIsTheCause() async throws {
    try await StoreFixture.with { fixture in
      let (flow, good, middle, cause, later) = (
        TestRun(), TestRun(), TestRun(), TestRun(), TestRun()
      )
      try await report(
        fixture,
        [
          flow.create(.flow, definition: "etl"), flow.propose(.running, seq: 2),
          good.create(parent: flow.id), good.propose(.running, seq: 2),
          good.propose(.completed(.init()), seq: 3),
          middle.create(.flow, parent: flow.id), middle.propose(.running, seq: 2),
          later.create(parent: middle.id), later.propose(.running, seq: 2),
          cause.create(parent: middle.id), cause.propose(.running, seq: 2),
          cause.propose(
            .failed(.init(errorType: "ValueError", errorMessage: "no rows", traceback: "line 1")),
            seq: 3),
          later.propose(.failed(.init(errorType: "Aborted")), seq: 3),
          middle.propose(.failed(.init()), seq: 3), flow.propose(.failed(.init()), seq: 3),
        ])
      let lines = (1...30).map { line in
        LogLine(
          namespace: fixture.namespace, runID: cause.id, executionID: cause.execution,
          line: Int64(line), time: Instant(microseconds: 1_795_253_400_000_000 + Int64(line)),
          level: 20, logger: "", message: "line \(line)")
      }
      _ = try await fixture.store.logs.write(lines)
      let findings = try #require(try await find(fixture, flow))
      #expect(findings.chain.map(\.id) == [flow.id, middle.id, cause.id])
      guard case .failed(let error)? = findings.chain.last?.state.detail else {
        Issue.record("the cause has not failed")
        return
      }
      #expect(error.errorMessage == "no rows" && error.traceback == "line 1")
      #expect(!findings.isIncomplete)
      #expect(findings.lastGood == nil)
      #expect(try await find(fixture, good) == nil)
    }
  }

  /// A flow whose children fail one after the other with what is given, before it fails itself.
  private func blamed(
    _ fixture: StoreFixture, _ errors: [RunState.Failed], own: RunState.Failed
  ) async throws -> Int? {
    let flow = TestRun()
    try await report(fixture, [flow.create(.flow), flow.propose(.running, seq: 2)])
    var children: [RunID] = []
    for error in errors {
      let child = TestRun()
      children.append(child.id)
      try await report(
        fixture,
        [
          child.create(parent: flow.id), child.propose(.running, seq: 2),
          child.propose(.failed(error), seq: 3),
        ])
    }
    try await report(fixture, [flow.propose(.failed(own), seq: 3)])
    let chain = try #require(try await find(fixture, flow)).chain.map(\.id)
    #expect(chain.first == flow.id && chain.count == 2)
    return chain.last.flatMap { children.firstIndex(of: $0) }
  }

  @Test func whatTheFlowHandledIsNotBlamed() async throws {
    let handled = RunState.Failed(errorType: "Handled", errorMessage: "not there yet")
    let real = RunState.Failed(errorType: "ValueError", errorMessage: "no rows")
    let late = RunState.Failed(errorType: "Aborted", errorMessage: "told to stop")
    let quoting = RunState.Failed(errorType: "EtlError", errorMessage: "day 3: no rows, ended")
    let other = RunState.Failed(errorType: "Own", errorMessage: "own")
    try await StoreFixture.with { fixture in
      // With its own error, the first of several; then one that it quotes; then the last; without one the first.
      let same = try await blamed(fixture, [handled, real, real, late], own: real)
      #expect(same == 1)
      #expect(try await blamed(fixture, [handled, real, late], own: quoting) == 1)
      #expect(try await blamed(fixture, [real, handled, quoting, late], own: quoting) == 2)
      #expect(try await blamed(fixture, [handled, real, late], own: other) == 2)
      #expect(try await blamed(fixture, [handled, real, late], own: .init()) == 0)
    }
  }

  @Test func whatAnEarlierAttemptLeftBehindIsNotBlamed() async throws {
    try await StoreFixture.with { fixture in
      let (flow, old) = (TestRun(), TestRun())
      try await report(
        fixture,
        [
          flow.create(.flow), flow.propose(.running, seq: 2), old.create(parent: flow.id),
          old.propose(.running, seq: 2), old.propose(.failed(.init()), seq: 3),
          flow.propose(.failed(.init()), seq: 3),
        ])
      // The next attempt is another process's.
      try await fixture.sql(
        """
        UPDATE run_state SET attempt = 2, state_type = 7, state_name = 'Failed', due_time = NULL,
          revision = revision + 2, end_time = clock_timestamp() WHERE id = '\(flow.id)';
        INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type,
          to_name, message, epoch, rule, actor, attempt, time)
        SELECT '\(flow.id)', max(revision) + 1, max(namespace::text), 2, 'Pending', 3, 'Running', '', 1,
          'PENDING/start', 'tester', 2, clock_timestamp() FROM run_transition
          WHERE run_id = '\(flow.id)';
        """)
      let findings = try #require(try await find(fixture, flow))
      #expect(findings.chain.map(\.id) == [flow.id])
    }
  }

  @Test func theLastGoodRunOfTheSameDefinitionIsFound() async throws {
    try await StoreFixture.with { fixture in
      var runs: [TestRun] = []
      for index in 0..<4 {
        let run = TestRun()
        runs.append(run)
        try await report(
          fixture,
          [
            run.create(.flow, definition: index == 2 ? "other" : "etl"),
            run.propose(.running, seq: 2),
            run.propose(index == 3 ? .failed(.init()) : .completed(.init()), seq: 3),
          ])
      }
      let task = TestRun()
      try await report(
        fixture,
        [
          task.create(.task, definition: "etl"), task.propose(.running, seq: 2),
          task.propose(.completed(.init()), seq: 3),
        ])
      let findings = try #require(try await find(fixture, runs[3]))
      #expect(findings.lastGood?.id == runs[1].id)
    }
  }

  @Test func manyChildrenAreLookedAtToABound() async throws {
    try await StoreFixture.with { fixture in
      let (flow, early) = (TestRun(), TestRun())
      try await report(
        fixture,
        [
          flow.create(.flow), flow.propose(.running, seq: 2), early.create(parent: flow.id),
          early.propose(.running, seq: 2), early.propose(.failed(.init()), seq: 3),
        ])
      // As many more as are looked at, one of which failed too.
      try await fixture.sql(
        """
        CREATE TEMPORARY TABLE child AS SELECT n, ('ffffffff-ffff-4fff-bfff-' || lpad(n::text, 12, '0'))::uuid AS id
          FROM generate_series(1, \(FailureFindings.children)) n;
        INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('id', c.id))).*
          FROM run r, child c WHERE r.id = '\(early.id)';
        INSERT INTO run_state
          SELECT (jsonb_populate_record(s, jsonb_build_object('id', c.id,
            'state_type', CASE WHEN n = 77 THEN 7 ELSE 6 END))).*
          FROM run_state s, child c WHERE s.id = '\(early.id)';
        """)
      try await report(fixture, [flow.propose(.failed(.init()), seq: 3)])
      let findings = try #require(try await find(fixture, flow))
      #expect(findings.isIncomplete)
      #expect(
        findings.chain.map { "\($0.id)" } == ["\(flow.id)", "ffffffff-ffff-4fff-bfff-000000000077"])
    }
  }
}
