// Decides that edits of runs, flows and artifacts honour etags, names and namespaces.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct EditTests {
  @Test func editsARunUnlessItChangedMeanwhile() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      _ = try await store.transitions.submit(run.create())
      let edited = try await store.updateRun(
        run.id, in: fixture.namespace,
        edit: RunEdit(name: "fine", labels: ["a": "b"], tags: ["t"]), etag: 1)
      #expect(edited.etag == 2)
      #expect(edited.content.name == "fine")
      #expect(edited.content.labels == ["a": "b"])
      #expect(edited.content.tags == ["t"])
      await #expect(throws: StoreError.etagMismatch(current: 2)) {
        try await store.updateRun(run.id, in: fixture.namespace, edit: RunEdit(tags: []), etag: 1)
      }
      let last = try await store.updateRun(run.id, in: fixture.namespace, edit: RunEdit(tags: []))
      #expect(last.content.tags.isEmpty)
      #expect(last.content.name == "fine")
      let elsewhere = try Namespace("other")
      await #expect(throws: StoreError.notFound(resource: "run", name: "\(run.id)")) {
        try await store.updateRun(run.id, in: elsewhere, edit: RunEdit(tags: []))
      }
      await #expect(throws: StoreError.notFound(resource: "run", name: "\(run.id)")) {
        try await store.run(run.id, in: elsewhere)
      }
    }
  }

  @Test func aRunTakesAnotherVersionAndOtherParameters() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      _ = try await store.transitions.submit(run.create())
      let parameters = try JSON(parsing: #"{"a":[1,null]}"#)
      let edited = try await store.updateRun(
        run.id, in: fixture.namespace,
        edit: RunEdit(definitionVersion: "2", parameters: parameters.description))
      #expect(edited.content.definitionVersion == "2")
      #expect(try JSON(parsing: edited.content.parameters) == parameters)
      let named = try await store.updateRun(
        run.id, in: fixture.namespace, edit: RunEdit(name: "n"))
      #expect(named.content.definitionVersion == "2")
      #expect(try JSON(parsing: named.content.parameters) == parameters)
      let bare = try await store.updateRun(
        run.id, in: fixture.namespace, edit: RunEdit(parameters: ""))
      #expect(bare.content.parameters.isEmpty)
    }
  }

  /// Nothing of an edit is kept that asks for what cannot be.
  @Test func onlyAScheduledRunOfADeploymentTakesJobVariables() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      _ = try await store.transitions.submit(run.create())
      await #expect {
        try await store.updateRun(
          run.id, in: fixture.namespace, edit: RunEdit(name: "n", jobVariables: #"{"a": 1}"#))
      } throws: { error in
        if case .failedPrecondition(RunEdit.notScheduled, _, _)? = error as? StoreError {
          true
        } else {
          false
        }
      }
      let kept = try await store.run(run.id, in: fixture.namespace)
      #expect(kept.content.name != "n" && kept.etag == 1)
      await #expect(throws: StoreError.etagMismatch(current: 1)) {
        try await store.updateRun(
          run.id, in: fixture.namespace, edit: RunEdit(jobVariables: ""), etag: 7)
      }
    }
  }

  @Test func aRunIsTriedAgainAsItsPolicySaysNow() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      _ = try await store.transitions.submit(run.create())
      let policy = RetryPolicy(maxRetries: 2, delay: .listed([.seconds(3)]))
      let edited = try await store.updateRun(
        run.id, in: fixture.namespace, edit: RunEdit(retry: .policy(policy)), etag: 1)
      #expect(edited.content.retry == policy)
      await #expect(throws: StoreError.etagMismatch(current: 2)) {
        try await store.updateRun(
          run.id, in: fixture.namespace, edit: RunEdit(retry: .never), etag: 1)
      }
      #expect(try await store.run(run.id, in: fixture.namespace).content.retry == policy)
      let last = try await store.updateRun(
        run.id, in: fixture.namespace, edit: RunEdit(name: "n", retry: .never))
      #expect(last.content.retry == nil)
    }
  }

  @Test func whatIsRememberedOfARunIsOutdatedByAnEdit() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let once = RetryPolicy(maxRetries: 1)
      for (before, after) in [(nil, once), (once, nil)] {
        let run = TestRun()
        for command in [run.create(retry: before), run.propose(.running, seq: 2)] {
          #expect(try await store.transitions.submit(command).code == .accepted)
        }
        _ = try await store.updateRun(
          run.id, in: fixture.namespace, edit: RunEdit(retry: after.map { .policy($0) } ?? .never))
        let answer = try await store.transitions.submit(run.propose(.failed(.init()), seq: 3))
        #expect(answer.code == (after == nil ? .accepted : .replaced))
        let state = try await store.run(run.id, in: fixture.namespace).state
        #expect(state.type == (after == nil ? .failed : .scheduled))
      }
    }
  }

  @Test func keepsFlowsByName() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let space = fixture.namespace
      let id = ObjectID.random()
      let made = try await store.createFlow(
        "etl", in: space, id: id, content: FlowEdit(description: "loads"), actor: "tester")
      #expect(
        try await store.createFlow("etl", in: space, id: id, actor: "tester") == made)
      await #expect(throws: StoreError.alreadyExists(resource: "flow", name: "etl")) {
        try await store.createFlow("etl", in: space, actor: "tester")
      }
      #expect(try await store.flow("\(id)", in: space) == made)
      let edited = try await store.updateFlow(
        "etl", in: space, edit: FlowEdit(labels: ["a": "b"], tags: ["t"]), etag: 1)
      #expect(edited.labels == ["a": "b"])
      #expect(edited.description == "loads")
      await #expect(throws: StoreError.etagMismatch(current: 2)) {
        try await store.deleteFlow("etl", in: space, etag: 1)
      }
      for name in ["b", "a", "etl-2"] {
        _ = try await store.createFlow(name, in: space, actor: "tester")
      }
      #expect(try await store.listFlows(in: space, limit: 2).map(\.name) == ["a", "b"])
      #expect(
        try await store.listFlows(in: space, after: "b", limit: 9).map(\.name) == ["etl", "etl-2"])
      #expect(
        try await store.listFlows(in: space, prefix: "etl", limit: 9).map(\.name)
          == ["etl", "etl-2"])
      try await store.deleteFlow("etl", in: space)
      await #expect(throws: StoreError.notFound(resource: "flow", name: "etl")) {
        try await store.flow("etl", in: space)
      }
    }
  }

  @Test func countsVersionsOfAnArtifactWithoutGaps() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let space = fixture.namespace
      let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await store.putArtifact(
              NewArtifact(key: "report", mediaType: "text/markdown", body: Array("# hi".utf8)),
              in: space, actor: "tester"
            ).version
          }
        }
        var versions: [Int64] = []
        for try await version in group { versions.append(version) }
        return versions
      }
      #expect(versions.sorted() == Array(1...8))
      let run = RunID.fresh()
      let alone = NewArtifact(runID: run, mediaType: "image/png", body: [0, 1, 255])
      let put = try await store.putArtifact(alone, in: space, actor: "tester")
      #expect(try await store.putArtifact(alone, in: space, actor: "tester") == put)
      #expect(try await store.artifact(put.id, in: space).body == [0, 1, 255])
      #expect(try await store.latestArtifact("report", in: space).version == 8)
      let listed = try await store.listArtifacts(ArtifactQuery(namespace: space, runID: run))
      #expect(listed.map(\.id) == [put.id])
      #expect(listed[0].body.isEmpty)
      #expect(listed[0].size == 3)
      let latest = try await store.listArtifacts(
        ArtifactQuery(namespace: space, latestOnly: true))
      #expect(latest.count == 2)
      try await store.deleteArtifact(put.id, in: space)
      await #expect(throws: StoreError.notFound(resource: "artifact", name: "\(put.id)")) {
        try await store.artifact(put.id, in: space)
      }
    }
  }
}
