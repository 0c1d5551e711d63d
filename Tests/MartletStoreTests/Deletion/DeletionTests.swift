// Decides that a deleted run is gone with everything that is its own and nothing that is not, and stays gone.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct DeletionTests {
  /// Tables that name runs, and by which column.
  private static let tables = [
    "run": "id", "run_state": "id", "run_transition": "run_id", "run_refusal": "run_id",
    "run_pause": "run_id", "run_due": "run_id", "claim": "run_id", "run_cascade": "run_id",
    "run_deletion": "run_id", "log": "run_id", "result": "run_id", "artifact": "run_id",
    "cache_wait": "run_id", "limit_waiter": "run_id",
  ]

  /// The rows that still name a run.
  private func traces(of run: RunID, _ fixture: StoreFixture) async throws -> [String] {
    var found: [String] = []
    for (table, column) in Self.tables.sorted(by: { $0.key < $1.key })
    where try await fixture.number("SELECT count(*) FROM \(table) WHERE \(column) = '\(run)'") > 0 {
      found.append(table)
    }
    return found
  }

  private func delete(_ run: RunID, _ fixture: StoreFixture) async throws -> DeletionAnswer {
    try await fixture.store.deleteRuns([run], in: fixture.namespace, actor: "tester")[0]
  }

  /// Runs a run to its end.
  private func finish(_ run: TestRun, _ fixture: StoreFixture, parent: RunID? = nil) async throws {
    _ = try await fixture.store.transitions.submit([
      run.create(parent: parent), run.propose(.running, seq: 2),
      run.propose(.completed(.init()), seq: 3),
    ])
  }

  @Test func everythingThatBelongsToItGoes() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let (flow, task, other) = (TestRun(), TestRun(), TestRun())
      _ = try await store.transitions.submit([
        flow.create(.flow), flow.propose(.running, seq: 2),
        // Refused, so that a refusal is kept.
        flow.propose(.scheduled(.init()), seq: 3),
      ])
      try await finish(task, fixture, parent: flow.id)
      try await finish(other, fixture)
      _ = try await store.transitions.submit(flow.propose(.completed(.init()), seq: 4))
      for run in [flow, other] {
        _ = try await store.logs.write([
          LogLine(
            namespace: fixture.namespace, runID: run.id, executionID: run.execution, line: 1,
            time: Instant(microseconds: 1_800_000_000_000_000), message: "hello")
        ])
        for key in [nil, "report-\(run.id)"] {
          _ = try await store.putArtifact(
            NewArtifact(key: key, runID: run.id, mediaType: "text/plain", body: [1]),
            in: fixture.namespace, actor: "tester")
        }
      }
      let kept = "00000000-0000-4000-8000-000000000001"
      let own = "00000000-0000-4000-8000-000000000002"
      try await fixture.sql(
        """
        INSERT INTO result (id, namespace, run_id, media_type, digest, size, data, created_by, create_time)
        SELECT id::uuid, 'default', '\(task.id)', 'text/plain', 'sha256:0', 1, 'x', 'tester', now()
        FROM unnest(ARRAY['\(kept)', '\(own)']) AS n (id);
        INSERT INTO cache_entry (namespace, key, revision, payload, compute_time, busy_until)
        VALUES ('default', 'k', 1, '{"uri": "martlet:result/\(kept)"}', now(), now());
        INSERT INTO cache_wait VALUES ('\(task.id)', 'k', 'default', now());
        INSERT INTO run_pause VALUES ('\(flow.id)', 'p', 'default', NULL, NULL, now());
        """)
      #expect(try await delete(flow.id, fixture) == .deleted(runs: 2))
      #expect(try await traces(of: flow.id, fixture) == [])
      // Of the task only the result that the cache holds is left.
      #expect(try await traces(of: task.id, fixture) == ["result"])
      #expect(
        try await fixture.number("SELECT count(*) FROM result WHERE id = '\(kept)'") == 1)
      let keyed = try await store.listArtifacts(
        ArtifactQuery(namespace: fixture.namespace, key: "report-\(flow.id)"))
      #expect(keyed.count == 1)
      #expect(keyed.first?.runID == nil)
      #expect(
        try await traces(of: other.id, fixture) == [
          "artifact", "log", "run", "run_state", "run_transition",
        ])
      #expect(try await delete(flow.id, fixture) == .notFound)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM event WHERE name IN ('martlet.flow-run.Deleted', 'martlet.task-run.Deleted')"
        )
          == 2)
    }
  }

  @Test func whatSomebodyIsAtWorkOnStays() async throws {
    try await StoreFixture.with { fixture in
      let transitions = fixture.store.transitions
      let (flow, task, waiting) = (TestRun(), TestRun(), TestRun())
      _ = try await transitions.submit([flow.create(.flow), flow.propose(.running, seq: 2)])
      #expect(try await delete(flow.id, fixture) == .held(flow.id, .running))
      _ = try await transitions.submit([
        task.create(parent: flow.id), task.propose(.running, seq: 2),
      ])
      _ = try await transitions.submit(flow.propose(.completed(.init()), seq: 3))
      #expect(try await delete(flow.id, fixture) == .held(task.id, .running))
      #expect(try await fixture.number("SELECT count(*) FROM run") == 2)
      _ = try await transitions.submit(waiting.schedule())
      #expect(try await delete(waiting.id, fixture) == .deleted(runs: 1))
      // Another namespace has no such run.
      let answers = try await fixture.store.deleteRuns(
        [flow.id], in: Namespace("elsewhere"), actor: "tester")
      #expect(answers == [.notFound])
    }
  }

  @Test func itsCreationDoesNotBringItBackNorDoItsReports() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let (run, scheduled, fresh) = (TestRun(), TestRun(), TestRun())
      try await finish(run, fixture)
      _ = try await fixture.store.transitions.submit(scheduled.schedule())
      #expect(
        try await fixture.store.deleteRuns(
          [run.id, scheduled.id], in: fixture.namespace, actor: "tester")
          == [.deleted(runs: 1), .deleted(runs: 1)])
      for store in [fixture.store, other] {
        // Those beside it in the batch are decided all the same.
        let beside = TestRun()
        let answers = try await store.transitions.submit([
          run.create(), run.propose(.running, seq: 2), beside.create(), scheduled.schedule(),
        ])
        #expect(answers[0].result == .failure(.deleted(run.id)))
        #expect(answers[1].result == .failure(.notFound(run.id)))
        #expect(answers[2].code == .accepted)
        #expect(answers[3].result == .failure(.deleted(scheduled.id)))
        #expect(try await store.transitions.submit(fresh.create()).result != .existing)
      }
      #expect(try await traces(of: run.id, fixture) == [])
      await other.shutdown()
    }
  }

  @Test func aReplicaThatRemembersItAsRunningIsTold() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let run = TestRun()
      let mine = fixture.store.transitions
      _ = try await mine.submit(run.create())
      _ = try await mine.submit(run.propose(.running, seq: 2))
      _ = try await other.transitions.submit(run.propose(.completed(.init()), seq: 3))
      let answers = try await other.deleteRuns([run.id], in: fixture.namespace, actor: "tester")
      #expect(answers == [.deleted(runs: 1)])
      // By memory it would be taken: one that runs, and a seq that is the next.
      let late = try await mine.submit(run.propose(.failed(.init()), seq: 3))
      #expect(late.result == .failure(.notFound(run.id)))
      #expect(try await traces(of: run.id, fixture) == [])
      #expect(try await fixture.store.countRuns(in: fixture.namespace, by: []).counts.isEmpty)
      await other.shutdown()
    }
  }

  @Test func aChildOfADeletedRunIsNotCreatedByMemory() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let flow = TestRun()
      let mine = fixture.store.transitions
      _ = try await mine.submit(flow.create(.flow))
      _ = try await mine.submit(flow.propose(.running, seq: 2))
      _ = try await other.transitions.submit(flow.propose(.completed(.init()), seq: 3))
      _ = try await other.deleteRuns([flow.id], in: fixture.namespace, actor: "tester")
      let late = try await mine.submit(TestRun().create(parent: flow.id))
      #expect(late.result == .failure(.parentNotFound(flow.id)))
      await other.shutdown()
    }
  }

  @Test func aCreationThatMeetsTheDeletionComesTooLate() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      try await finish(run, fixture)
      let holder = try await Holder.begin(fixture.database)
      try await holder.script(
        """
        DELETE FROM run_state WHERE id = '\(run.id)';
        DELETE FROM run WHERE id = '\(run.id)';
        INSERT INTO run_removal VALUES
          ('\(run.id)', 'default', 2, 'n', 'd', NULL, '\(run.id)', 'tester', clock_timestamp())
        """)
      let other = try await fixture.otherStore()
      async let repeated = other.transitions.submit(run.create())
      try await holder.waitUntilSomeoneWaits()
      try await holder.end()
      #expect(try await repeated.result == .failure(.deleted(run.id)))
      #expect(try await fixture.number("SELECT count(*) FROM run WHERE id = '\(run.id)'") == 0)
      await other.shutdown()
    }
  }

  @Test func countsStayExact() async throws {
    try await StoreFixture.with { fixture in
      let runs = (0..<6).map { _ in TestRun() }
      for run in runs { try await finish(run, fixture) }
      let waiting = TestRun()
      _ = try await fixture.store.transitions.submit(waiting.schedule(.flow))
      func counts() async throws -> [Int64] {
        try await fixture.store.countRuns(in: fixture.namespace, by: [.stateType])
          .counts.map(\.runs).sorted()
      }
      #expect(try await counts() == [1, 6])
      // One before the changes are folded, one after, whose change is not.
      #expect(try await delete(runs[0].id, fixture) == .deleted(runs: 1))
      #expect(try await counts() == [1, 5])
      try await fixture.store.foldCounts()
      #expect(try await counts() == [1, 5])
      _ = try await fixture.store.deleteRuns(
        runs.dropFirst().map(\.id) + [waiting.id], in: fixture.namespace, actor: "tester")
      #expect(try await counts() == [])
      try await fixture.store.foldCounts()
      #expect(try await counts() == [])
    }
  }
}
