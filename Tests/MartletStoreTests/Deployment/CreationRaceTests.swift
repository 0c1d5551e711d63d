// Decides that no run is created of a deployment or in a pool that is gone, whenever the deletion comes.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct CreationRaceTests {
  private func deploy(
    _ fixture: StoreFixture, _ name: String, pool: String = ""
  ) async throws -> DeploymentTarget {
    var content = DeploymentContent(flow: "etl", name: name)
    content.spec.pool = pool
    let made = try await fixture.store.applyDeployment(content, in: fixture.namespace, actor: "t")
    return try await fixture.store.deploymentTarget(
      .id(made.deployment.id), in: fixture.namespace)
  }

  private func create(_ run: TestRun, of target: DeploymentTarget) throws -> Command {
    let content = try target.run(
      .init(NewRun(kind: .flow, definition: "", createdBy: "t")),
      check: ParameterCheck(target.spec), "run")
    return .report(
      Report(namespace: run.namespace, runID: run.id, actor: "t", item: .create(content)))
  }

  private func traces(_ fixture: StoreFixture) async throws -> Int64 {
    try await fixture.number(
      "SELECT (SELECT count(*) FROM run_deployment) + (SELECT count(*) FROM work_item)")
  }

  @Test func aDeploymentThatIsGoneHasNoNewRuns() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let (gone, kept) = (try await deploy(fixture, "gone"), try await deploy(fixture, "kept"))
      try await store.deleteDeployment(.id(gone.id), in: fixture.namespace, actor: "t")
      let runs = (0..<5).map { _ in TestRun() }
      // The others of the batch are none the worse for it.
      let answers = try await store.transitions.submit(
        try runs.enumerated().map { try create($1, of: $0 == 3 ? gone : kept) })
      for (index, answer) in answers.enumerated() {
        if index == 3 {
          #expect(answer.result == .failure(.homeless(gone.id)))
        } else {
          #expect(answer.stateType == .scheduled)
        }
      }
      #expect(try await fixture.number("SELECT count(*) FROM run") == 4)
      #expect(try await traces(fixture) == 8)
    }
  }

  @Test func aCreateDoesNotWaitForADeletion() async throws {
    try await StoreFixture.with { fixture in
      let target = try await deploy(fixture, "d")
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT FROM deployment FOR UPDATE")
      let answer = try await fixture.store.transitions.submit(try create(TestRun(), of: target))
      #expect(answer.result == .failure(.homeless(target.id)))
      try await holder.end()
      // A change that is under way is no deletion.
      let editor = try await Holder.begin(fixture.database)
      try await editor.script("SELECT FROM deployment FOR NO KEY UPDATE")
      #expect(
        try await fixture.store.transitions.submit(try create(TestRun(), of: target)).stateType
          == .scheduled)
      try await editor.end()
    }
  }

  @Test func aPoolThatTheDeploymentLeftAndThatIsGoneHasNoNewRuns() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.makePool("old")
      let old = try await deploy(fixture, "d", pool: "old")
      _ = try await deploy(fixture, "d")
      try await fixture.store.deletePool("old", in: fixture.namespace)
      let answer = try await fixture.store.transitions.submit(try create(TestRun(), of: old))
      #expect(answer.result == .failure(.homeless(old.id)))
      #expect(try await traces(fixture) == 0)
    }
  }

  @Test func deletionsThatCrossCreationsLeaveNothingBehind() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      for round in 0..<15 {
        let target = try await deploy(fixture, "d\(round)")
        let runs = (0..<20).map { _ in TestRun() }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for run in runs {
            group.addTask {
              let store = run.id.value.low % 2 == 0 ? fixture.store : other
              let answer = try await persist(store, try create(run, of: target))
              switch answer.result {
              case .verdict, .failure(.homeless), .failure(.deleted): break
              default: Issue.record("round \(round): \(answer.result)")
              }
            }
          }
          group.addTask {
            try await other.deleteDeployment(.id(target.id), in: fixture.namespace, actor: "t")
          }
          // The run itself is deleted while it is created.
          group.addTask {
            _ = try await fixture.store.deleteRuns(
              runs.prefix(5).map(\.id), in: fixture.namespace, actor: "t")
          }
          try await group.waitForAll()
        }
        #expect(try await traces(fixture) == 0, "round \(round)")
        #expect(try await fixture.number("SELECT count(*) FROM run_state") == 0, "round \(round)")
      }
      await other.shutdown()
    }
  }
}
