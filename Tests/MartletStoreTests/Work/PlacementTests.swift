// Decides that a run of a deployment stands where its state says, from its creation to its end and when it begins again.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct PlacementTests {
  private func fresh<ID: UniqueIdentifier>(_: ID.Type = ID.self) -> ID { ID(RunID.fresh().value) }

  private func create(_ run: TestRun, _ placement: Placement, retry: RetryPolicy? = nil) -> Command
  {
    .report(
      Report(
        namespace: run.namespace, runID: run.id, actor: "tester",
        item: .create(
          NewRun(
            kind: .flow, definition: "etl", retry: retry, createdBy: "t", placement: placement))))
  }

  private func standing(_ fixture: StoreFixture, _ run: TestRun) async throws -> Int64 {
    try await fixture.number(
      "SELECT coalesce((SELECT standing FROM work_item WHERE run_id = '\(run.id)'), 0)::bigint")
  }

  @Test func aRunStandsWhereItsStateSays() async throws {
    try await StoreFixture.with { fixture in
      var run = TestRun()
      let schedule: ScheduleID = fresh()
      let placement = Placement(
        deploymentID: fresh(), version: 3, poolID: fresh(), queueID: fresh(),
        tick: .init(scheduleID: schedule, time: Instant(microseconds: 1_000_000)),
        jobVariables: #"{"a":1}"#, workerLabels: ["gpu": "true"], gate: .undecided)
      let retry = RetryPolicy(maxRetries: 1, delay: .listed([]), mode: .reschedule)
      let store = fixture.store
      try await fixture.makeHome(placement.deploymentID, placement.poolID)
      _ = try await store.transitions.submit(create(run, placement, retry: retry))
      #expect(try await standing(fixture, run) == 1)
      #expect(
        try await fixture.number(
          """
          SELECT count(*) FROM work_item w JOIN run_deployment d USING (run_id, deployment_id, worker_labels)
          WHERE w.gate = 1 AND d.version = 3 AND d.schedule_time = 'epoch'::timestamptz + '1 s'
            AND d.worker_labels = '{"gpu":"true"}' AND d.job_variables = '{"a":1}'
          """) == 1)

      let worker: SessionID = fresh()
      try await fixture.sql(
        "UPDATE work_item SET worker_id = run_id, offer_until = now(), taken_until = now()")
      _ = try await store.transitions.submit(.offer(Offer(runID: run.id, sessionID: worker)))
      #expect(try await standing(fixture, run) == 2)
      let offered = "SELECT count(*) FROM work_item WHERE gate = 0 AND epoch = 1"
      #expect(
        try await fixture.number(offered + " AND offer_until IS NOT NULL AND taken_until IS NULL")
          == 1)

      _ = try await store.transitions.submit(
        .withdrawOffer(Offer(runID: run.id, sessionID: worker, epoch: 1)))
      #expect(try await standing(fixture, run) == 1)
      _ = try await store.transitions.submit(.offer(Offer(runID: run.id, sessionID: worker)))
      run.epoch = 2
      let started = try await store.transitions.submit(run.propose(.running, seq: 1))
      #expect(started.code == .accepted)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM work_item WHERE standing = 2 AND offer_until IS NULL AND epoch = 2")
          == 1)

      // It is tried again by whoever takes it next.
      _ = try await store.transitions.submit(
        run.propose(.failed(.init(errorType: "E", errorMessage: "m")), seq: 2))
      #expect(try await standing(fixture, run) == 1)
      _ = try await store.transitions.submit(.offer(Offer(runID: run.id, sessionID: worker)))
      run.epoch = 3
      _ = try await store.transitions.submit([
        run.propose(.running, seq: 1), run.propose(.completed(.init()), seq: 2),
      ])
      #expect(try await fixture.number("SELECT count(*) FROM work_item") == 0)

      // An operator has it done again.
      _ = try await store.transitions.submit(
        .retry(RetryRequest(namespace: run.namespace, runID: run.id, actor: "t", isForced: true)))
      #expect(try await standing(fixture, run) == 1)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM work_item WHERE gate = 0 AND worker_labels = '{\"gpu\":\"true\"}'")
          == 1)
    }
  }

  private func worker(of run: RunID, _ fixture: WorkFixture) async throws -> String? {
    try await fixture.store.run(run, in: .standard).work?.worker
  }

  @Test func aRunThatHasEndedKnowsWhoHadIt() async throws {
    try await WorkFixture.with { fixture in
      let run = try await fixture.runs(1, of: try await fixture.deployment("d"))[0]
      #expect(try await worker(of: run, fixture) == "")
      for name in ["first", "second"] {
        #expect(try await fixture.serve(try await fixture.worker(name)) == [run])
        #expect(try await worker(of: run, fixture) == name)
        _ = try await fixture.store.transitions.submit(
          .cancel(Cancellation(namespace: .standard, runID: run, actor: "t")))
        #expect(try await worker(of: run, fixture) == name)
        _ = try await fixture.store.transitions.submit(
          .retry(RetryRequest(namespace: .standard, runID: run, actor: "t", isForced: true)))
      }
      // It waits for its third time; the second one had it last.
      #expect(try await worker(of: run, fixture) == "second")
    }
  }

  @Test func theEndOfARunIsToldToWhoeverWaitsForIt() async throws {
    try await StoreFixture.with { fixture in
      let schedule: ScheduleID = fresh()
      let backfill: BackfillID = fresh()
      try await fixture.makeHome(DeploymentID(schedule.value), PoolID(schedule.value))
      func placement(_ gate: Placement.Gate, backfill: BackfillID? = nil) -> Placement {
        Placement(
          deploymentID: DeploymentID(schedule.value), version: 1, poolID: PoolID(schedule.value),
          queueID: QueueID(schedule.value),
          tick: .init(scheduleID: schedule, time: Instant(microseconds: 1_000_000)),
          backfillID: backfill, gate: gate)
      }
      func end(_ run: TestRun) async throws {
        _ = try await fixture.store.transitions.submit(
          .cancel(Cancellation(namespace: run.namespace, runID: run.id, actor: "t")))
      }
      let runs = [TestRun(), TestRun(), TestRun(), TestRun()]
      _ = try await fixture.store.transitions.submit([
        create(runs[0], placement(.open)), create(runs[1], placement(.open)),
        create(runs[2], placement(.open, backfill: backfill)),
        create(runs[3], placement(.buffered)),
      ])
      let marks = "SELECT count(*) FROM schedule_mark"
      try await end(runs[0])
      #expect(try await fixture.number(marks) == 1)
      try await end(runs[3])
      try await end(runs[1])
      #expect(try await fixture.number(marks) == 1)
      try await end(runs[2])
      #expect(
        try await fixture.number(marks + " WHERE backfill_id = '\(backfill)'") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM work_item") == 0)
    }
  }
}
