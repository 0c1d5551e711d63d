// Decides that runs know their deployment, are found by it, and go with it unless they have begun.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeploymentRunTests {
  private func make(
    _ fixture: StoreFixture, _ name: String, _ change: (inout DeploymentContent) -> Void = { _ in }
  ) async throws -> Deployment {
    var content = DeploymentContent(flow: "etl", name: name)
    change(&content)
    return try await fixture.store.applyDeployment(content, in: fixture.namespace, actor: "t")
      .deployment
  }

  private func create(_ run: TestRun, of target: DeploymentTarget) throws -> Command {
    let content = try target.run(
      .init(NewRun(kind: .flow, definition: "", createdBy: "t")),
      check: ParameterCheck(target.spec),
      "run")
    return .report(
      Report(namespace: run.namespace, runID: run.id, actor: "t", item: .create(content)))
  }

  /// Creates runs that wait, in the order of their ids.
  private func runs(
    _ count: Int, of deployment: Deployment, _ fixture: StoreFixture
  ) async throws -> [TestRun] {
    let target = try await fixture.store.deploymentTarget(
      .id(deployment.id), in: fixture.namespace)
    let runs = (0..<count).map { _ in TestRun() }.sorted { $0.id < $1.id }
    _ = try await fixture.store.transitions.submit(try runs.map { try create($0, of: target) })
    return runs
  }

  private func list(_ fixture: StoreFixture, _ filter: String) async throws -> [RunID] {
    var query = RunQuery(
      namespace: fixture.namespace, filter: try FilterExpression.parse(filter), pageSize: 3)
    var ids: [RunID] = []
    repeat {
      let page = try await fixture.store.listRuns(query)
      ids += page.runs.map(\.id)
      query.after = page.next.map {
        PageToken(order: query.order, time: $0.time, id: $0.id, question: 0)
      }
    } while query.after != nil
    return ids.sorted()
  }

  @Test func runsAreFoundByTheirDeployment() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.makePool("big")
      let one = try await make(fixture, "one") { $0.spec.pool = "big" }
      let two = try await make(fixture, "two")
      let ofOne = try await runs(5, of: one, fixture)
      let ofTwo = try await runs(2, of: two, fixture)
      let plain = TestRun()
      _ = try await fixture.store.transitions.submit(plain.schedule(.flow))
      let cases: [(String, [TestRun])] = [
        ("deployment = \"etl/one\"", ofOne), ("deployment = \"\(two.id)\"", ofTwo),
        ("deployment_id = \"\(one.id)\"", ofOne), ("deployment = \"etl/none\"", []),
        ("deployment != \"etl/none\"", ofOne + ofTwo + [plain]),
        ("NOT deployment = \"etl/none\"", ofOne + ofTwo + [plain]),
        ("NOT deployment != \"etl/none\"", []),
        ("deployment_id != \"\(one.id)\"", ofTwo + [plain]),
        ("deployment != \"etl/one\"", ofTwo + [plain]), ("deployment:*", ofOne + ofTwo),
        ("pool = \"big\"", ofOne), ("pool:\"BI\"", ofOne), ("pool = \"served\"", ofTwo),
        ("deployment = \"etl/one\" AND pool = \"served\"", []),
        ("NOT deployment:* AND flow:*", [plain]), ("schedule_id:*", []), ("backfill_id:*", []),
      ]
      for (filter, expected) in cases {
        #expect(try await list(fixture, filter) == expected.map(\.id).sorted(), "\(filter)")
      }
      let (counts, _) = try await fixture.store.countRuns(
        in: fixture.namespace, filter: try FilterExpression.parse("deployment = \"etl/one\""),
        by: .stateType)
      #expect(counts.map(\.runs) == [5])
      let record = try await fixture.store.run(ofOne[0].id, in: fixture.namespace)
      #expect(
        record.work
          == RunWork(deploymentID: one.id, version: 1, pool: "big", queue: "default"))
      #expect(try await fixture.store.run(plain.id, in: fixture.namespace).work == nil)
      // What the database says of a filter, a watcher says too.
      let ids = try await fixture.store.deploymentIDs(
        [.named(flow: "etl", name: "one"), .named(flow: "etl", name: "none")], in: fixture.namespace
      )
      for run in ofOne + ofTwo + [plain] {
        let record = try await fixture.store.run(run.id, in: fixture.namespace)
        let seen = FilteredRun(
          content: record.content, snapshot: record.snapshot, createTime: record.createTime,
          work: record.work)
        for (filter, expected) in cases {
          let condition = try #require(try FilterExpression.parse(filter)).naming(ids)
          #expect(
            condition.matches(seen) == expected.contains { $0.id == run.id }, "\(filter) \(run.id)")
        }
      }
    }
  }

  @Test func runsOfASchedule() async throws {
    try await StoreFixture.with { fixture in
      let one = try await make(fixture, "one")
      let others = try await runs(2, of: one, fixture)
      let target = try await fixture.store.deploymentTarget(.id(one.id), in: fixture.namespace)
      let schedule = ScheduleID(RunID.fresh().value)
      let backfill = BackfillID(RunID.fresh().value)
      let ticks = try (Int64(0)..<4).map { hour in
        let run = TestRun()
        let content = try target.run(
          .init(
            NewRun(kind: .flow, definition: "", createdBy: "t"),
            tick: .init(scheduleID: schedule, time: Instant(microseconds: 0) + .hours(hour)),
            backfillID: hour == 3 ? backfill : nil, gate: .undecided),
          check: ParameterCheck(target.spec), "run")
        return (
          run,
          Command.report(
            Report(namespace: run.namespace, runID: run.id, actor: "t", item: .create(content)))
        )
      }
      _ = try await fixture.store.transitions.submit(ticks.map(\.1))
      #expect(
        try await list(fixture, "schedule_id = \"\(schedule)\"") == ticks.map(\.0.id).sorted())
      #expect(try await list(fixture, "backfill_id = \"\(backfill)\"") == [ticks[3].0.id])
      #expect(
        try await list(fixture, "deployment = \"etl/one\" AND schedule_id != \"\(schedule)\"")
          == others.map(\.id).sorted())
      let record = try await fixture.store.run(ticks[3].0.id, in: fixture.namespace)
      #expect(record.work?.tick?.time == Instant(microseconds: 0) + .hours(3))
      #expect(record.work?.backfillID == backfill)
    }
  }

  @Test func aCreateThatIsRepeatedAfterAChangeIsTheSame() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let one = try await make(fixture, "one") { $0.spec.tags = ["a"] }
      let run = TestRun()
      func create(_ parameters: String = "") async throws -> CommandAnswer {
        let target = try await store.deploymentTarget(.id(one.id), in: fixture.namespace)
        let content = try target.run(
          .init(NewRun(kind: .flow, definition: "", parameters: parameters, createdBy: "t")),
          check: ParameterCheck(target.spec), "run")
        return try await store.transitions.submit(
          .report(
            Report(namespace: run.namespace, runID: run.id, actor: "t", item: .create(content))))
      }
      #expect(try await create().stateType == .scheduled)
      _ = try await make(fixture, "one") { $0.spec.tags = ["b"] }
      let again = try await create()
      #expect(again.isDuplicate || again.result == .existing, "\(again)")
      let record = try await store.run(run.id, in: fixture.namespace)
      #expect(record.content.tags == ["a"] && record.work?.version == 1)
      let other = try await create(#"{"n":1}"#)
      guard case .failure(.alreadyExists) = other.result else {
        Issue.record("\(other)")
        return
      }
    }
  }

  @Test func aDeletionTakesWhatHasNotBegun() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let one = try await make(fixture, "one") {
        $0.schedules = [
          ScheduleSpec(
            slug: "a", schedule: try! Schedule(.cron(try! CronExpression("@daily"))))
        ]
      }
      let other = try await make(fixture, "other")
      let kept = try await runs(1, of: other, fixture)
      // More than one transaction removes.
      let waiting = try await runs(700, of: one, fixture)
      var taken = waiting[350]
      let session = SessionID(RunID.fresh().value)
      _ = try await store.transitions.submit(.offer(Offer(runID: taken.id, sessionID: session)))
      taken.epoch = 1
      let started = try await store.transitions.submit(taken.propose(.running, seq: 1))
      #expect(started.code == .accepted)
      try await store.deleteDeployment(.id(one.id), in: fixture.namespace, actor: "t")
      #expect(try await fixture.number("SELECT count(*) FROM run") == 2)
      #expect(try await fixture.number("SELECT count(*) FROM work_item") == 2)
      #expect(try await fixture.number("SELECT count(*) FROM schedule") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM deployment_version") == 1)
      let left = try await store.run(taken.id, in: fixture.namespace)
      #expect(left.snapshot.stateType == .running && left.work?.deploymentID == one.id)
      let ended = try await store.transitions.submit(taken.propose(.completed(.init()), seq: 2))
      #expect(ended.code == .accepted)
      #expect(try await store.run(kept[0].id, in: fixture.namespace).work?.deploymentID == other.id)
      await #expect(throws: StoreError.notFound(resource: "deployment", name: "\(one.id)")) {
        try await store.deleteDeployment(.id(one.id), in: fixture.namespace, actor: "t")
      }
    }
  }

  @Test func aFailureIsComparedWithTheSameDeployment() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let one = try await make(fixture, "one")
      let other = try await make(fixture, "other")
      let made = [try await runs(1, of: one, fixture)[0], try await runs(1, of: other, fixture)[0]]
      let failed = try await runs(1, of: one, fixture)[0]
      for (index, run) in (made + [failed]).enumerated() {
        var run = run
        let session = SessionID(RunID.fresh().value)
        _ = try await store.transitions.submit(.offer(Offer(runID: run.id, sessionID: session)))
        run.epoch = 1
        let end: RunState.Detail =
          index == 2 ? .failed(.init(errorType: "E", errorMessage: "m")) : .completed(.init())
        let answers = try await store.transitions.submit([
          run.propose(.running, seq: 1), run.propose(end, seq: 2),
        ])
        #expect(answers.map(\.code) == [.accepted, .accepted])
      }
      let record = try await store.run(failed.id, in: fixture.namespace)
      #expect(try await store.failure(of: record)?.lastGood?.id == made[0].id)
    }
  }
}
