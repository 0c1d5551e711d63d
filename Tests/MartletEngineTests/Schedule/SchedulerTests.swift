// Decides that each time of a schedule becomes exactly one run, whichever replicas look and wherever they are cut short.

import MartletModel
import MartletStore
import MartletTestKit
import Synchronization
import Testing

@testable import MartletEngine

@Suite(.timeLimit(.minutes(10))) struct SchedulerTests {
  private struct Cut: Error {}

  /// Makes a deployment with schedules.
  private func deploy(
    _ fixture: EngineFixture, _ specs: [ScheduleSpec], schema: String? = nil
  ) async throws -> DeploymentID {
    var content = DeploymentContent(flow: "etl", name: "d\(UInt32.random(in: 0 ... .max))")
    content.schedules = specs
    if let schema { content.spec.parameterSchema = JSONMembers(text: schema) }
    content.spec.allowsAnyParameters = schema == nil
    return try await fixture.store.createDeployment(
      content, in: fixture.namespace, actor: "tester"
    ).deployment.id
  }

  /// Monthly unless told otherwise: nothing becomes due by itself while a slow machine looks.
  private func spec(
    _ text: String = "0 0 1 * *", _ change: (inout ScheduleSpec) -> Void = { _ in }
  ) throws -> ScheduleSpec {
    var spec = ScheduleSpec(slug: "s", schedule: try Schedule(.cron(CronExpression(text))))
    spec.horizon = .init(minRuns: 3, maxRuns: 5, ahead: .zero)
    change(&spec)
    return spec
  }

  /// Lets a scheduler work until it has nothing to do.
  private func settle(_ scheduler: Scheduler) async throws {
    for _ in 0..<50 where try await scheduler.pass() > .milliseconds(20) { return }
  }

  /// Lets everything that is due in so many seconds be due now.
  private func pass(_ seconds: Int, _ fixture: EngineFixture) async throws {
    try await fixture.sql(
      """
      UPDATE schedule SET made_until = made_until - interval '\(seconds) s',
        fired_until = fired_until - interval '\(seconds) s', since = since - interval '\(seconds) s',
        wake_time = wake_time - interval '\(seconds) s';
      UPDATE work_item SET due = due - interval '\(seconds) s';
      """)
  }

  private func count(_ fixture: EngineFixture, _ condition: String) async throws -> Int64 {
    try await fixture.number("SELECT count(*) FROM work_item WHERE \(condition)")
  }

  @Test func runsAreMadeAheadOnceWhoeverLooks() async throws {
    try await EngineFixture.with { fixture in
      _ = try await deploy(fixture, [spec()])
      let replicas = [Scheduler(fixture.context), Scheduler(fixture.context)]
      async let one: Void = settle(replicas[0])
      async let two: Void = settle(replicas[1])
      _ = try await (one, two)
      #expect(try await count(fixture, "gate = 1 AND due > now()") == 3)
      #expect(
        try await fixture.number(
          "SELECT count(DISTINCT schedule_time) FROM run_deployment") == 3)
      let run = try await fixture.store.runs(
        try await ids(fixture), in: fixture.namespace
      ).first
      #expect(run?.content.tags == ["auto-scheduled"])
      #expect(run?.content.createdBy.hasPrefix("schedule:") == true)
      #expect(
        try await replicas[0].pass() > .zero, "nothing is due, and nothing more is asked for")
    }
  }

  private func ids(_ fixture: EngineFixture) async throws -> [RunID] {
    let now = try await fixture.store.ping()
    let deployments = try await fixture.store.listDeployments(
      DeploymentQuery(), in: fixture.namespace)
    return deployments.flatMap(\.schedules).flatMap { stored -> [RunID] in
      let timetable = try? Timetable(stored.schedule.spec.schedule, in: .utc)
      return (timetable?.occurrences(from: now, limit: 3) ?? []).map {
        RunID.of(
          .init(scheduleID: stored.schedule.id, time: $0.instant), in: fixture.namespace,
          generation: stored.schedule.generation)
      }
    }
  }

  @Test func aTimeThatComesLetsItsRunGo() async throws {
    try await EngineFixture.with { fixture in
      _ = try await deploy(fixture, [spec()])
      let scheduler = Scheduler(fixture.context)
      try await settle(scheduler)
      try await fixture.sql(
        "UPDATE work_item SET due = now() WHERE due = (SELECT min(due) FROM work_item)")
      try await fixture.sql("UPDATE schedule SET wake_time = now()")
      try await settle(scheduler)
      #expect(try await count(fixture, "gate = 0") == 1)
      #expect(try await count(fixture, "gate = 1") >= 2)
    }
  }

  @Test func whatEndsLetsTheNextGo() async throws {
    try await EngineFixture.with { fixture in
      _ = try await deploy(fixture, [spec { $0.overlap = .bufferOne }])
      let scheduler = Scheduler(fixture.context)
      try await settle(scheduler)
      func arrive() async throws {
        try await fixture.sql(
          """
          UPDATE work_item SET due = now()
          WHERE gate = 1 AND due = (SELECT min(due) FROM work_item WHERE gate = 1);
          UPDATE schedule SET wake_time = now()
          """)
        try await settle(scheduler)
      }
      try await arrive()
      #expect(try await count(fixture, "gate = 0") == 1)
      try await arrive()
      #expect(try await count(fixture, "gate = 2") == 1)
      try await arrive()
      #expect(try await count(fixture, "gate = 2") == 1)
      #expect(
        try await fixture.number("SELECT count(*) FROM run_state WHERE state_name = 'Skipped'") == 1
      )
      // The first one ends: the mark of that wakes whoever comes.
      let running = try await fixture.number(
        "SELECT count(*) FROM work_item WHERE gate = 0 AND standing = 1")
      #expect(running == 1)
      let first = try await fixture.text("SELECT run_id::text FROM work_item WHERE gate = 0")
      _ = try await fixture.store.transitions.submit(
        .cancel(
          Cancellation(
            namespace: fixture.namespace, runID: try #require(RunID(first)), actor: "t")))
      try await settle(scheduler)
      #expect(try await count(fixture, "gate = 2") == 0)
      #expect(try await count(fixture, "gate = 0") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM schedule_mark") == 0)
    }
  }

  @Test func aPassThatIsCutShortAnywhereIsDoneAgain() async throws {
    for point in Scheduler.Point.allCases {
      try await EngineFixture.with { fixture in
        _ = try await deploy(fixture, [spec { $0.overlap = .skip }])
        let cut = Scheduler(fixture.context) { if $0 == point { throw Cut() } }
        let whole = Scheduler(fixture.context)
        func crash() async throws {
          do { try await settle(cut) } catch is Cut {}
          // The hold of the one that died lapses.
          try await fixture.sql(
            "UPDATE schedule SET taken_until = now() - interval '1 s' WHERE taken_until IS NOT NULL"
          )
          try await settle(whole)
        }
        try await crash()
        #expect(try await count(fixture, "gate = 1") == 3, "\(point)")
        try await fixture.sql(
          """
          UPDATE work_item SET due = now() - interval '1 s' * (CASE WHEN due = (SELECT min(due) FROM work_item) THEN 2 ELSE 1 END)
          WHERE due < (SELECT max(due) FROM work_item);
          UPDATE schedule SET wake_time = now()
          """)
        try await crash()
        #expect(try await count(fixture, "gate = 0") == 1, "\(point)")
        #expect(
          try await fixture.number("SELECT count(*) FROM run_state WHERE state_name = 'Skipped'")
            == 1, "\(point)")
        #expect(
          try await fixture.number(
            """
            SELECT count(*) FROM (SELECT schedule_time FROM run_deployment GROUP BY 1 HAVING count(*) > 1) d
            """) == 0, "\(point)")
      }
    }
  }

  @Test func whatWasMissedIsMadeUpForByThePolicy() async throws {
    for (choice, expected) in [(CatchUp.Choice.none, 0), (.latest, 1), (.all, 10)] {
      try await EngineFixture.with { fixture in
        _ = try await deploy(fixture, [spec("0 * * * *") { $0.catchUp = CatchUp(choice) }])
        // No server looks for ten hours and a half.
        try await fixture.sql(
          """
          UPDATE schedule SET made_until = date_trunc('hour', now()) - interval '10 h' + interval '1 s',
            fired_until = date_trunc('hour', now()) - interval '10 h' + interval '1 s',
            since = date_trunc('hour', now()) - interval '10 h' + interval '1 s', wake_time = now()
          """)
        try await settle(Scheduler(fixture.context))
        let isPunctual =
          try await fixture.number(
            "SELECT (now() - date_trunc('hour', now()) <= interval '70 s')::int::bigint") == 1
        let open = try await count(fixture, "gate = 0")
        #expect(open == Int64(expected) || isPunctual, "\(choice)")
        #expect(try await count(fixture, "gate = 1") == 3)
        try await settle(Scheduler(fixture.context))
        #expect(try await count(fixture, "gate = 0") == open)
      }
    }
  }

  @Test func aBadScheduleIsFlaggedAndTheOthersGoOn() async throws {
    try await EngineFixture.with { fixture in
      _ = try await deploy(fixture, [spec()])
      _ = try await deploy(
        fixture, [spec { $0.parameters = #"{"days":"many"}"# }],
        schema: #"{"type":"object","properties":{"days":{"type":"string"}}}"#)
      _ = try await deploy(fixture, [spec()])
      // Its version asks for another type from now on, and the zone of another is gone.
      try await fixture.sql(
        """
        UPDATE deployment_version SET spec = replace(spec, '"string"', '"integer"');
        UPDATE schedule SET spec = replace(spec, '"UTC"', '"Mars/Olympus"')
        WHERE id = (SELECT max(id::text)::uuid FROM schedule WHERE spec NOT LIKE '%many%');
        """)
      try await settle(Scheduler(fixture.context))
      #expect(
        try await fixture.number("SELECT count(*) FROM schedule WHERE error LIKE '%days%'") == 1)
      #expect(
        try await fixture.number("SELECT count(*) FROM schedule WHERE error LIKE '%Mars%'") == 1)
      #expect(try await count(fixture, "gate = 1") == 3)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM event WHERE name = 'martlet.schedule.failed'")
          == 2)
      #expect(try await Scheduler(fixture.context).pass() > .milliseconds(20))
      // They are looked at again, and flagged no second time; once they are well they go on.
      let flagged = "SELECT count(*) FROM schedule WHERE error <> '' AND wake_time IS NOT NULL"
      #expect(try await fixture.number(flagged) == 2)
      try await fixture.sql("UPDATE schedule SET wake_time = now()")
      try await settle(Scheduler(fixture.context))
      #expect(try await fixture.number(flagged) == 2)
      try await fixture.sql(
        """
        UPDATE deployment_version SET spec = replace(spec, '"integer"', '"string"');
        UPDATE schedule SET spec = replace(spec, '"Mars/Olympus"', '"UTC"'), wake_time = now();
        """)
      try await settle(Scheduler(fixture.context))
      #expect(try await count(fixture, "gate = 1") == 9)
      #expect(try await fixture.number("SELECT count(*) FROM schedule WHERE error <> ''") == 0)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM event WHERE name = 'martlet.schedule.failed'")
          == 2)
    }
  }

  @Test func aClockThatGoesBackDoublesNothing() async throws {
    try await EngineFixture.with { fixture in
      _ = try await deploy(fixture, [spec("* * * * *")])
      let scheduler = Scheduler(fixture.context)
      try await settle(scheduler)
      // All marks are an hour ahead of the clock now.
      try await pass(-3600, fixture)
      try await fixture.sql("UPDATE schedule SET wake_time = now()")
      try await settle(scheduler)
      #expect(try await fixture.number("SELECT count(*) FROM run_deployment") <= 8)
      #expect(
        try await fixture.number(
          "SELECT count(*) - count(DISTINCT schedule_time) FROM run_deployment") == 0)
    }
  }

  @Test func anEditThatCrossesAPassLeavesNothingOfTheOldForm() async throws {
    try await EngineFixture.with { fixture in
      let id = try await deploy(fixture, [spec()])
      let store = fixture.store
      let edited = try spec("30 4 * * *")
      // The edit is committed after the old form's runs were decided on, before they are noted.
      let taken = TestSignal<Void>()
      let go = TestSignal<Void>()
      let crossed = Atomic<Bool>(false)
      let scheduler = Scheduler(fixture.context) {
        guard $0 == .aheadMade, !crossed.exchange(true, ordering: .relaxed) else { return }
        taken.send(())
        await go.next()
      }
      async let passed: Void = settle(scheduler)
      await taken.next()
      try await store.replaceSchedules(
        [edited], of: id, in: fixture.namespace, actor: "tester")
      go.send(())
      try await passed
      try await settle(Scheduler(fixture.context))
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM run_deployment WHERE extract(minute FROM schedule_time) <> 30") == 0
      )
      #expect(try await count(fixture, "gate = 1") == 3)
    }
  }

  @Test func anEditThatCrossesAPassKeepsTheRunOfATimeBeforeIt() async throws {
    try await EngineFixture.with { fixture in
      let spec = try await fixture.hourly { $0.catchUp = CatchUp(.latest) }
      let id = try await fixture.deploy("d", [spec])
      // Three times are missed; the last of them is made up for.
      try await fixture.sql(
        """
        UPDATE schedule SET made_until = made_until - interval '3 h',
          fired_until = fired_until - interval '3 h', since = since - interval '3 h'
        """)
      let taken = TestSignal<Void>()
      let go = TestSignal<Void>()
      let crossed = Atomic<Bool>(false)
      let scheduler = Scheduler(fixture.context) {
        guard $0 == .gatesMoved, !crossed.exchange(true, ordering: .relaxed) else { return }
        taken.send(())
        await go.next()
      }
      async let passed: Void = settle(scheduler)
      await taken.next()
      var edited = spec
      edited.overlap = .skip
      try await fixture.store.replaceSchedules(
        [edited], of: id, in: fixture.namespace, actor: "tester")
      go.send(())
      try await passed
      try await settle(Scheduler(fixture.context))
      #expect(try await fixture.outcomes()["d"] == "1 a3")
    }
  }
}
