// Decides that a backfill makes up for every time of its range once, so many at a time, and then is done.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@testable import MartletEngine

@Suite(.timeLimit(.minutes(10))) struct BackfillTests {
  private func begin(
    _ fixture: EngineFixture, hours: Int64, _ change: (inout Backfill.Request) -> Void = { _ in }
  ) async throws -> Backfill.Request {
    var content = DeploymentContent(flow: "etl", name: "hourly")
    content.schedules = [
      ScheduleSpec(slug: "s", schedule: try Schedule(.cron(CronExpression("@hourly"))))
    ]
    let deployment = try await fixture.store.applyDeployment(
      content, in: fixture.namespace, actor: "t"
    ).deployment
    let schedule = try #require(deployment.schedules.first)
    let from = Instant(microseconds: 1_700_000_000_000_000)
    var request = Backfill.Request(
      id: BackfillID(TestRun().id.value), deploymentID: deployment.id,
      scheduleID: schedule.schedule.id, from: from, to: from + .hours(hours))
    change(&request)
    _ = try await fixture.store.createBackfill(
      request, in: fixture.namespace, times: Int(hours), actor: "t")
    return request
  }

  /// Ends what was let go; returns the times of that.
  private func finish(_ fixture: EngineFixture) async throws -> [RunID] {
    let text = try await fixture.text(
      """
      SELECT coalesce(string_agg(w.run_id::text, ',' ORDER BY d.schedule_time), '')
      FROM work_item w JOIN run_deployment d USING (run_id) WHERE w.gate = 0 AND w.backfill_id IS NOT NULL
      """)
    let runs = text.split(separator: ",").compactMap { RunID(String($0)) }
    _ = try await fixture.store.transitions.submit(
      runs.map { .cancel(Cancellation(namespace: fixture.namespace, runID: $0, actor: "t")) })
    return runs
  }

  @Test(arguments: [false, true]) func everyTimeOnceAndSoManyAtATime(newestFirst: Bool) async throws
  {
    try await EngineFixture.with { fixture in
      let request = try await begin(fixture, hours: 150) {
        $0.maxParallel = 7
        $0.newestFirst = newestFirst
      }
      let runners = [BackfillRunner(fixture.context), BackfillRunner(fixture.context)]
      var order: [RunID] = []
      for round in 0..<200 {
        async let one = runners[0].pass()
        async let two = runners[1].pass()
        _ = try await (one, two)
        let ended = try await finish(fixture)
        #expect(ended.count <= 7)
        order += newestFirst ? ended.reversed() : ended
        let state = try await fixture.store.backfill(request.id, in: fixture.namespace).state
        if state == .done { break }
        #expect(round < 199)
      }
      #expect(order.count == 150 && Set(order).count == 150)
      let times = order.compactMap(\.time)
      #expect(times == (newestFirst ? times.sorted(by: >) : times.sorted()))
      let done = try await fixture.store.backfill(request.id, in: fixture.namespace)
      #expect(done.state == .done && done.runs == 150 && done.ended == [.cancelled: 150])
      #expect(done.endTime != nil)
    }
  }

  @Test func whatHasARunIsNotMissing() async throws {
    try await EngineFixture.with { fixture in
      let first = try await begin(fixture, hours: 5) { $0.maxParallel = 100 }
      let runner = BackfillRunner(fixture.context)
      _ = try await runner.pass()
      #expect(try await finish(fixture).count == 5)
      _ = try await runner.pass()
      #expect(try await fixture.store.backfill(first.id, in: fixture.namespace).state == .done)
      let second = try await begin(fixture, hours: 8) {
        $0.onlyMissing = true
        $0.maxParallel = 100
      }
      _ = try await runner.pass()
      #expect(try await finish(fixture).count == 3)
      #expect(try await fixture.store.backfill(second.id, in: fixture.namespace).runs == 3)
    }
  }

  @Test func aCancelledBackfillLeavesNothingThatWaits() async throws {
    try await EngineFixture.with { fixture in
      let request = try await begin(fixture, hours: 20) { $0.maxParallel = 2 }
      let runner = BackfillRunner(fixture.context)
      _ = try await runner.pass()
      #expect(try await fixture.number("SELECT count(*) FROM work_item WHERE gate = 0") == 2)
      let cancelled = try await fixture.store.cancelBackfill(
        request.id, in: fixture.namespace, cancelsRunning: true, actor: "t")
      #expect(cancelled.state == .cancelled && cancelled.ended == [.cancelled: 2])
      #expect(try await fixture.number("SELECT count(*) FROM work_item") == 0)
      #expect(try await runner.pass() == 0)
    }
  }

  /// Its schedule goes, or it is cancelled itself.
  @Test(arguments: [false, true]) func anEndThatCrossesTheMakingLeavesNothing(isEdit: Bool)
    async throws
  {
    try await EngineFixture.with { fixture in
      let request = try await begin(fixture, hours: 20)
      let taken = TestSignal<Void>()
      let go = TestSignal<Void>()
      let runner = BackfillRunner(fixture.context) {
        taken.send(())
        await go.next()
      }
      async let passed = runner.pass()
      await taken.next()
      if isEdit {
        try await fixture.store.replaceSchedules(
          [], of: request.deploymentID, in: fixture.namespace, actor: "t")
      } else {
        _ = try await fixture.store.cancelBackfill(
          request.id, in: fixture.namespace, cancelsRunning: false, actor: "t")
      }
      go.send(())
      let count = try await passed
      #expect(count == 0)
      let state = try await fixture.store.backfill(request.id, in: fixture.namespace).state
      #expect(state == .cancelled)
      for table in ["work_item", "run_deployment", "run_state"] {
        #expect(try await fixture.number("SELECT count(*) FROM \(table)") == 0, "\(table)")
      }
    }
  }

  /// What a replica writes that stood still between reading and writing, whether or not it lives to clear up.
  @Test func nothingIsPlacedAfterTheCancellation() async throws {
    try await EngineFixture.with { fixture in
      let request = try await begin(fixture, hours: 3)
      let taken = TestSignal<Void>()
      let go = TestSignal<Void>()
      let runner = BackfillRunner(fixture.context) {
        taken.send(())
        await go.next()
      }
      async let passed = runner.pass()
      await taken.next()
      _ = try await fixture.store.cancelBackfill(
        request.id, in: fixture.namespace, cancelsRunning: false, actor: "t")
      try await fixture.sql(
        """
        CREATE TABLE placed (run_id uuid);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO placed VALUES (NEW.run_id); RETURN NEW; END $$;
        CREATE TRIGGER note AFTER INSERT ON work_item FOR EACH ROW EXECUTE FUNCTION note()
        """)
      go.send(())
      #expect(try await passed == 0)
      #expect(try await fixture.number("SELECT count(*) FROM placed") == 0)
    }
  }

  @Test func aScheduleWithoutTimesHasItWait() async throws {
    try await EngineFixture.with { fixture in
      let request = try await begin(fixture, hours: 5) { $0.maxParallel = 100 }
      try await fixture.sql(
        """
        UPDATE schedule SET spec = replace(spec, '"UTC"', '"Mars/Olympus"')
        """)
      #expect(try await BackfillRunner(fixture.context).pass() == 0)
      let state = try await fixture.store.backfill(request.id, in: fixture.namespace).state
      #expect(state == .active)
      // A replica that knows the zone comes once the first one's hold is over.
      try await fixture.sql(
        """
        UPDATE schedule SET spec = replace(spec, '"Mars/Olympus"', '"UTC"');
        UPDATE backfill SET taken_until = NULL
        """)
      _ = try await BackfillRunner(fixture.context).pass()
      #expect(try await finish(fixture).count == 5)
    }
  }

  @Test func whatIsToComeIsNotMissing() async throws {
    try await EngineFixture.with { fixture in
      let now = try await fixture.store.ping()
      let request = try await begin(fixture, hours: 5) {
        $0.from = now + .hours(-2)
        $0.to = now + .hours(3)
        $0.onlyMissing = true
        $0.maxParallel = 100
      }
      let runner = BackfillRunner(fixture.context)
      _ = try await runner.pass()
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM run_deployment JOIN backfill b ON schedule_time > b.create_time")
          == 0)
      #expect(try await finish(fixture).count >= 2)
      _ = try await runner.pass()
      #expect(try await fixture.store.backfill(request.id, in: fixture.namespace).state == .done)
    }
  }
}
