// Decides that schedules change in one transaction with the runs that were made ahead, and that no replica brings those back.

import Dispatch
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ScheduleWritesTests {
  private let deployment = DeploymentID(RunID.fresh().value)

  private func hourly(_ slug: String, _ change: (inout ScheduleSpec) -> Void = { _ in }) throws
    -> ScheduleSpec
  {
    var spec = ScheduleSpec(slug: slug, schedule: try Schedule(.cron(CronExpression("@hourly"))))
    change(&spec)
    return spec
  }

  private func replace(
    _ fixture: StoreFixture, _ wanted: [ScheduleSpec], isPaused: Bool = false, remakes: Bool = false
  ) async throws -> [StoredSchedule] {
    try await fixture.store.replaceSchedules(
      wanted, of: deployment, in: fixture.namespace, isPaused: isPaused, remakes: remakes,
      actor: "tester")
    return try await fixture.store.schedules(of: deployment)
  }

  /// Makes a run of a schedule that is due in so many hours.
  private func make(
    _ fixture: StoreFixture, _ schedule: StoredSchedule, hours: Int64,
    gate: Placement.Gate = .undecided
  ) async throws -> TestRun {
    let now = try await fixture.store.ping()
    try await fixture.makeHome(deployment, PoolID(deployment.value))
    let tick = Placement.Tick(scheduleID: schedule.schedule.id, time: now + .hours(hours))
    let run = TestRun(
      id: .of(tick, in: fixture.namespace, generation: schedule.schedule.generation))
    let answers = try await fixture.store.transitions.submit(
      [
        .report(
          Report(
            namespace: fixture.namespace, runID: run.id, actor: "scheduler",
            item: .create(
              NewRun(
                kind: .flow, definition: "etl", dueTime: tick.time, createdBy: "t",
                placement: Placement(
                  deploymentID: deployment, version: 1, poolID: PoolID(deployment.value),
                  queueID: QueueID(run.id.value), tick: tick, gate: gate)))))
      ], acceptsAnyID: true)
    #expect(answers[0].stateType == .scheduled)
    return run
  }

  private func there(_ fixture: StoreFixture, _ runs: [TestRun]) async throws -> [Bool] {
    let found = Set(
      try await fixture.store.runs(runs.map(\.id), in: fixture.namespace).map(\.snapshot.id))
    return runs.map { found.contains($0.id) }
  }

  @Test func theSameStaysAndWhatChangesLosesItsFuture() async throws {
    try await StoreFixture.with { fixture in
      let first = try await replace(fixture, [hourly("a"), hourly("b"), hourly("c")])
      #expect(first.map(\.schedule.spec.slug) == ["a", "b", "c"])
      let again = try await replace(fixture, [hourly("a"), hourly("b"), hourly("c")])
      #expect(again == first)

      let runs = [
        try await make(fixture, first[0], hours: 1), try await make(fixture, first[1], hours: 1),
        try await make(fixture, first[1], hours: -1),
        try await make(fixture, first[1], hours: 2, gate: .open),
        try await make(fixture, first[2], hours: 1),
        try await make(fixture, first[2], hours: -1, gate: .buffered),
      ]
      let second = try await replace(fixture, [hourly("a"), hourly("b") { $0.overlap = .skip }])
      #expect(second.map(\.schedule.id) == first.prefix(2).map(\.schedule.id))
      #expect(second.map(\.schedule.generation) == [1, 2])
      // What is due is decided still; what waits for a worker goes on; what is gone leaves nothing behind.
      #expect(try await there(fixture, runs) == [true, false, true, true, false, false])
      for table in ["work_item", "run_deployment", "run_due", "run_state"] {
        #expect(try await fixture.number("SELECT count(*) FROM \(table)") == 3, "\(table)")
      }
      #expect(
        try await fixture.number(
          "SELECT runs::bigint FROM run_count WHERE state_type = 1 AND kind = 1") <= 0,
        "the differences beside it hold the rest")
      try await fixture.store.foldCounts()
      #expect(try await fixture.number("SELECT sum(runs)::bigint FROM run_count") == 3)
      #expect(try await fixture.number("SELECT count(*) FROM run_removal") == 3)
    }
  }

  @Test func aPauseEndsWhatIsAheadAndItsEndBeginsFromNow() async throws {
    try await StoreFixture.with { fixture in
      let made = try await replace(fixture, [hourly("a")])
      let run = try await make(fixture, made[0], hours: 1)
      let paused = try await replace(fixture, [hourly("a")], isPaused: true)
      #expect(paused[0].schedule.isHeld && !paused[0].schedule.spec.isPaused)
      #expect(try await there(fixture, [run]) == [false])
      let resumed = try await replace(fixture, [hourly("a")])
      #expect(!resumed[0].schedule.isHeld)
      #expect(resumed[0].schedule.generation == 2, "or the id would be that of the removed run")
      #expect(resumed[0].schedule.firedUntil >= paused[0].schedule.firedUntil)
      #expect(
        try await fixture.number("SELECT count(*) FROM schedule WHERE wake_time IS NOT NULL") == 1)
      let remade = try await replace(fixture, [hourly("a")], remakes: true)
      #expect(remade[0].schedule.generation == 3)
      #expect(try await replace(fixture, []) == [])
    }
  }

  @Test func aChangeCountsFromWhenItHasTheSchedules() async throws {
    try await StoreFixture.with { fixture in
      _ = try await replace(fixture, [hourly("a")])
      let edited = try hourly("a") { $0.overlap = .skip }
      // A scheduler takes it at this moment: what is due up to then is its own.
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT FROM schedule FOR UPDATE")
      async let changed = replace(fixture, [edited])
      try await holder.waitUntilSomeoneWaits()
      let taken = try await fixture.store.ping()
      try await holder.end()
      let after = try await changed
      #expect(after.map { $0.schedule.firedUntil >= taken } == [true])
    }
  }

  @Test func whatGoesOnIsReadWhereTheNextLooksAtIt() async throws {
    try await StoreFixture.with { fixture in
      let made = try await replace(fixture, [hourly("a"), hourly("b")])
      let gates: [Placement.Gate] = [.open, .undecided, .buffered]
      for schedule in made {
        for (hour, gate) in gates.enumerated() {
          _ = try await make(fixture, schedule, hours: Int64(hour - 3), gate: gate)
        }
        _ = try await make(fixture, schedule, hours: 1)
      }
      let ids = made.map(\.schedule.id)
      let items = try await fixture.store.scheduledItems(
        of: ids, wholly: [ids[1]], dueBy: try await fixture.store.ping())
      let found = ids.map { id in Set((items[id] ?? []).map(\.gate)) }
      #expect(found == [[.undecided, .buffered], [.open, .undecided, .buffered]])
      #expect(ids.map { items[$0]?.count } == [2, 3])
    }
  }

  @Test func aReplicaThatRemembersARemovedRunDoesNotBringItBack() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let made = try await replace(fixture, [hourly("a")])
      let run = try await make(fixture, made[0], hours: 0)
      // This replica has it in its memory; the other one removes it.
      try await other.replaceSchedules(
        [], of: deployment, in: fixture.namespace, actor: "somebody")
      let answer = try await fixture.store.transitions.submit(run.propose(.running, seq: 1))
      #expect(answer.result == .failure(.notFound(run.id)))
      #expect(try await fixture.number("SELECT count(*) FROM run_state") == 0)
      // The same tick, made late by a scheduler that knew nothing of it.
      let again = try await fixture.store.transitions.submit(
        [
          .report(
            Report(
              namespace: fixture.namespace, runID: run.id, actor: "scheduler",
              item: .create(NewRun(kind: .flow, definition: "etl", createdBy: "t"))))
        ], acceptsAnyID: true)
      #expect(again[0].result == .failure(.deleted(run.id)))
      await other.shutdown()
    }
  }

  @Test func whatIsTakenAtThisMomentStays() async throws {
    try await StoreFixture.with { fixture in
      let made = try await replace(fixture, [hourly("a")])
      let run = try await make(fixture, made[0], hours: 1)
      // Somebody takes it while the schedules change: the change waits for that, and leaves it.
      let locked = TestSignal<Void>()
      let go = DispatchSemaphore(value: 0)
      async let taken: Void = BlockingThread.run { [database = fixture.database] in
        let connection = try database.connect()
        try connection.script("BEGIN; SELECT FROM run_state WHERE id = '\(run.id)' FOR UPDATE")
        locked.send(())
        go.wait()
        try connection.script(
          """
          UPDATE run_state SET state_type = 2, state_name = 'Pending', epoch = 1, session_id = id
          WHERE id = '\(run.id)'; COMMIT
          """)
      }
      await locked.next()
      async let replaced: Void = fixture.store.replaceSchedules(
        [], of: deployment, in: fixture.namespace, actor: "t")
      while try await fixture.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
      )
        == 0
      {}
      go.signal()
      _ = try await (taken, replaced)
      #expect(try await there(fixture, [run]) == [true])
    }
  }
}
