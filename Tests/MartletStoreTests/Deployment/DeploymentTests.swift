// Decides that a deployment is created once, changes only where something is new, and that of two writers none is lost.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeploymentTests {
  private func content(
    _ name: String = "nightly", flow: String = "etl",
    _ change: (inout DeploymentContent) -> Void = { _ in }
  ) -> DeploymentContent {
    var content = DeploymentContent(flow: flow, name: name)
    content.spec.executable = .shell("true")
    change(&content)
    return content
  }

  private func named(_ name: String = "nightly", flow: String = "etl") -> DeploymentReference {
    .named(flow: flow, name: name)
  }

  @Test func aDeploymentIsCreatedOnce() async throws {
    try await StoreFixture.with { fixture in
      let (store, namespace) = (fixture.store, fixture.namespace)
      let first = try await store.createDeployment(content(), in: namespace, actor: "t")
      #expect(try await store.flow(content().flow, in: namespace).createdBy == "t")
      await #expect(
        throws: StoreError.failedPrecondition(
          reason: "FLOW_IN_USE", subject: "flow/etl",
          message: "the flow \"etl\" has deployments: delete them first")
      ) {
        try await store.deleteFlow("etl", in: namespace)
      }
      #expect(first.isCreated && first.deployment.version == 1)
      let again = try await store.createDeployment(content(), in: namespace, actor: "u")
      #expect(!again.isCreated && again.deployment.etag == first.deployment.etag)
      await #expect(throws: StoreError.alreadyExists(resource: "deployment", name: "etl/nightly")) {
        _ = try await store.createDeployment(
          content { $0.description = "other" }, in: namespace, actor: "t")
      }
      // Programs that serve in place have a pool, made by the first who needs it.
      _ = try await store.createDeployment(content("other"), in: namespace, actor: "t")
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM pool p JOIN queue q ON q.pool_id = p.id WHERE p.type = 'served'")
          == 1)
      await #expect(throws: StoreError.notFound(resource: "pool", name: "none")) {
        _ = try await store.createDeployment(
          content("pooled") { $0.spec.pool = "none" }, in: namespace, actor: "t")
      }
      try await fixture.makePool("big")
      await #expect(throws: StoreError.notFound(resource: "queue", name: "big/none")) {
        _ = try await store.createDeployment(
          content("pooled") {
            $0.spec.pool = "big"
            $0.spec.queue = "none"
          }, in: namespace, actor: "t")
      }
      _ = try await store.createDeployment(
        content("pooled") { $0.spec.pool = "big" }, in: namespace, actor: "t")
      let elsewhere = try Namespace("elsewhere")
      await #expect(throws: StoreError.notFound(resource: "deployment", name: "etl/nightly")) {
        _ = try await store.deployment(named(), in: elsewhere)
      }
    }
  }

  @Test func anApplyWritesOnlyWhatIsNew() async throws {
    try await StoreFixture.with { fixture in
      let (store, namespace) = (fixture.store, fixture.namespace)
      var wanted = content()
      wanted.schedules = [
        ScheduleSpec(slug: "a", schedule: try Schedule(.cron(CronExpression("@daily"))))
      ]
      func apply(isTrial: Bool = false, etag: Int64? = nil) async throws -> AppliedDeployment {
        try await store.applyDeployment(
          wanted, in: namespace, etag: etag, actor: "t", isTrial: isTrial)
      }
      let trial = try await apply(isTrial: true)
      #expect(trial.isCreated && trial.change.fields == ["spec.shell", "schedules[a]"])
      #expect(try await fixture.number("SELECT count(*) FROM deployment") == 0)
      let made = try await apply()
      #expect(made.deployment.content == wanted)
      let same = try await apply()
      #expect(same.change.isEmpty && same.deployment.etag == made.deployment.etag)
      wanted.description = "d"
      let described = try await apply()
      #expect(described.deployment.version == 1 && described.change.fields == ["description"])
      #expect(described.deployment.schedules == made.deployment.schedules)
      wanted.spec.tags = ["x"]
      wanted.schedules[0].overlap = .skip
      let would = try await apply(isTrial: true)
      #expect(
        would.deployment.version == 2 && would.change.fields == ["spec.tags", "schedules[a]"])
      #expect(try await store.deployment(named(), in: namespace).version == 1)
      await #expect(throws: StoreError.etagMismatch(current: described.deployment.etag)) {
        _ = try await apply(etag: made.deployment.etag)
      }
      let second = try await apply(etag: described.deployment.etag).deployment
      #expect(second.version == 2)
      #expect(second.schedules[0].schedule.generation > 1)

      // Back to the first version, and to a third that says what the second said.
      let first = try await store.promoteDeployment(
        named(), in: namespace, version: 1, actor: "t")
      #expect(first.version == 1 && first.content.spec == content().spec)
      await #expect(throws: StoreError.notFound(resource: "version", name: "9")) {
        _ = try await store.promoteDeployment(named(), in: namespace, version: 9, actor: "t")
      }
      await #expect(throws: StoreError.etagMismatch(current: first.etag)) {
        _ = try await store.promoteDeployment(
          named(), in: namespace, version: 2, etag: second.etag, actor: "t")
      }
      #expect(try await apply().deployment.version == 3)
      let versions = try await store.deploymentVersions(of: named(), in: namespace, limit: 10)
      #expect(
        versions.map(\.number) == [3, 2, 1] && versions.map(\.isCurrent) == [true, false, false])
      #expect(
        try await store.deploymentVersions(of: named(), in: namespace, before: 3, limit: 1)
          .map(\.number) == [2])

      // Another of the name is another thing.
      let etag = try await store.deployment(named(), in: namespace).etag
      try await store.deleteDeployment(named(), in: namespace, etag: etag, actor: "t")
      let anew = try await apply().deployment
      #expect(anew.id != first.id && anew.etag != made.deployment.etag)
      await #expect(throws: StoreError.etagMismatch(current: anew.etag)) {
        try await store.deleteDeployment(named(), in: namespace, etag: etag, actor: "t")
      }
    }
  }

  @Test func ofManyWritersOnTwoReplicasNoneIsLost() async throws {
    try await StoreFixture.with { fixture in
      let namespace = fixture.namespace
      let other = try await fixture.otherStore()
      let writers = 24
      try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<writers {
          let store = number % 2 == 0 ? fixture.store : other
          let wanted = content { $0.spec.tags = ["\(number)"] }
          group.addTask {
            try await store.applyDeployment(wanted, in: namespace, actor: "w\(number)")
              .deployment.version
          }
        }
        var versions: Set<Int64> = []
        for try await version in group { versions.insert(version) }
        #expect(versions == Set(1...Int64(writers)))
      }
      let all = try await other.deploymentVersions(of: named(), in: namespace, limit: 100)
      #expect(Set(all.map(\.spec.tags)).count == writers)
      let now = try await other.deployment(named(), in: namespace)
      #expect(now.version == Int64(writers) && all.first?.spec == now.content.spec)

      // With the etag that all know, one is first.
      let results = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          let store = number % 2 == 0 ? fixture.store : other
          let wanted = content { $0.spec.tags = ["guarded \(number)"] }
          group.addTask {
            (try? await store.applyDeployment(
              wanted, in: namespace, etag: now.etag, actor: "t")) != nil
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.filter { $0 }.count == 1)
      await other.shutdown()
    }
  }

  @Test func aPauseIsOfTheDeploymentOrOfASchedule() async throws {
    try await StoreFixture.with { fixture in
      let (store, namespace) = (fixture.store, fixture.namespace)
      var wanted = content()
      for slug in ["a", "b"] {
        wanted.schedules.append(
          ScheduleSpec(slug: slug, schedule: try Schedule(.cron(CronExpression("@daily")))))
      }
      let made = try await store.createDeployment(wanted, in: namespace, actor: "t").deployment
      let one = try await store.pauseDeployment(
        .id(made.id), in: namespace, schedule: "b", isPaused: true, actor: "t")
      #expect(!one.content.isPaused && one.content.schedules.map(\.isPaused) == [false, true])
      #expect(one.schedules.map(\.schedule.isHeld) == [false, true])
      await #expect(throws: StoreError.notFound(resource: "schedule", name: "c")) {
        _ = try await store.pauseDeployment(
          named(), in: namespace, schedule: "c", isPaused: true, actor: "t")
      }
      let all = try await store.pauseDeployment(named(), in: namespace, isPaused: true, actor: "t")
      #expect(all.content.isPaused && all.schedules.map(\.schedule.isHeld) == [true, true])
      let same = try await store.pauseDeployment(named(), in: namespace, isPaused: true, actor: "u")
      #expect(same.etag == all.etag)
      let on = try await store.pauseDeployment(named(), in: namespace, isPaused: false, actor: "t")
      #expect(on.schedules.map(\.schedule.isHeld) == [false, true] && on.version == 1)
    }
  }

  @Test func anApplyThatSaysNothingOfThePauseLeavesIt() async throws {
    try await StoreFixture.with { fixture in
      let (store, namespace) = (fixture.store, fixture.namespace)
      var wanted = content()
      wanted.schedules = [
        ScheduleSpec(slug: "a", schedule: try Schedule(.cron(CronExpression("@daily"))))
      ]
      func apply(keepsPause: Bool) async throws -> AppliedDeployment {
        try await store.applyDeployment(wanted, in: namespace, keepsPause: keepsPause, actor: "t")
      }
      #expect(try await !apply(keepsPause: true).deployment.content.isPaused)
      _ = try await store.pauseDeployment(named(), in: namespace, isPaused: true, actor: "t")
      wanted.description = "new"
      let kept = try await apply(keepsPause: true)
      #expect(kept.deployment.content.isPaused && kept.change.fields == ["description"])
      #expect(kept.deployment.schedules.map(\.schedule.isHeld) == [true])
      let resumed = try await apply(keepsPause: false)
      #expect(!resumed.deployment.content.isPaused && resumed.change.fields == ["paused"])
    }
  }

  @Test func listsGoByFlowAndName() async throws {
    try await StoreFixture.with { fixture in
      let (store, namespace) = (fixture.store, fixture.namespace)
      try await fixture.makePool("big")
      for (flow, name) in [("b", "x"), ("a", "y"), ("a", "x"), ("c/d", "x")] {
        _ = try await store.createDeployment(
          content(name, flow: flow) {
            $0.labels = ["team": flow, "n": name]
            $0.spec.tags = name == "x" ? ["t", "u"] : ["t"]
            $0.spec.pool = flow == "b" ? "big" : ""
          }, in: namespace, actor: "t")
      }
      func list(_ change: (inout DeploymentQuery) -> Void) async throws -> [String] {
        var query = DeploymentQuery()
        change(&query)
        return try await store.listDeployments(query, in: namespace)
          .map { "\($0.content.flow)/\($0.content.name)" }
      }
      #expect(try await list { _ in } == ["a/x", "a/y", "b/x", "c/d/x"])
      #expect(try await list { $0.limit = 2 } == ["a/x", "a/y"])
      #expect(try await list { $0.after = ("a", "y") } == ["b/x", "c/d/x"])
      #expect(try await list { $0.flow = "a" } == ["a/x", "a/y"])
      #expect(try await list { $0.pool = "big" } == ["b/x"])
      #expect(try await list { $0.pool = "none" } == [])
      #expect(try await list { $0.tags = ["u", "t"] } == ["a/x", "b/x", "c/d/x"])
      #expect(try await list { $0.labels = ["team": "a", "n": "y"] } == ["a/y"])
    }
  }
}

extension StoreFixture {
  /// A pool with its default queue.
  func makePool(_ name: String) async throws {
    try await sql(
      """
      INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
      VALUES (gen_random_uuid(), 'default', '\(name)', 'process', '{}', 't', now(), now());
      INSERT INTO queue (id, namespace, pool_id, name, priority, create_time, update_time)
      SELECT gen_random_uuid(), namespace, id, 'default', 1, now(), now() FROM pool WHERE name = '\(name)';
      """)
  }
}
