// Decides that a tree of any size goes from below, in bounded parts, whoever dies meanwhile.

import MartletModel
import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite(.timeLimit(.minutes(10))) struct TreeDeletionTests {
  /// Makes a tree of ended runs by SQL: `width` runs below the top, each with `depth` runs in a chain below it.
  private func grow(
    _ fixture: StoreFixture, width: Int, depth: Int = 0
  ) async throws -> TestRun {
    let top = TestRun()
    _ = try await fixture.store.transitions.submit([
      top.create(.flow), top.propose(.running, seq: 2), top.propose(.completed(.init()), seq: 3),
    ])
    try await fixture.sql(
      """
      CREATE TEMP TABLE tree AS
        SELECT gen_random_uuid() AS id, n, d, NULL::uuid AS parent_id
        FROM generate_series(1, \(width)) n, generate_series(0, \(depth)) d;
      UPDATE tree t SET parent_id = CASE WHEN d = 0 THEN '\(top.id)'
        ELSE (SELECT p.id FROM tree p WHERE p.n = t.n AND p.d = t.d - 1) END;
      INSERT INTO run (id, namespace, kind, name, definition, parent_id, root_id, created_by, create_time)
        SELECT id, 'default', 2, 'n', 'd', parent_id, '\(top.id)', 'tester', now() FROM tree;
      INSERT INTO run_state (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name,
          revision, epoch, last_seq, attempt, is_presumptive, transition_time, end_time, running_us)
        SELECT id, 'default', 2, parent_id, '\(top.id)', id, 6, 'Completed', 1, 1, 1, 1, false, now(), now(), 0
        FROM tree;
      INSERT INTO run_count_change SELECT 'default', 2, NULL, 6, count(*) FROM tree;
      """)
    return top
  }

  @Test func aLargeTreeGoesInPartsAndTheTopLast() async throws {
    try await StoreFixture.with { fixture in
      let top = try await grow(fixture, width: 700, depth: 1)
      let order = try await fixture.store.read { connection in
        try connection.query(SQL.readDeletionOrder) {
          $0.bind(top.id)
          $0.bind(Int32(10_000))
        }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
      }
      #expect(order.count == 1401)
      #expect(order.last == top.id)
      #expect(Set(order).count == order.count)
      let answer = try await fixture.store.deleteRuns(
        [top.id], in: fixture.namespace, actor: "tester")
      #expect(answer == [.deleted(runs: 1401)])
      #expect(try await fixture.number("SELECT count(*) FROM run") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM run_deletion") == 0)
      #expect(
        try await fixture.number("SELECT count(DISTINCT time) FROM feed WHERE revisions[1] = 0")
          == 3)
      #expect(try await fixture.store.countRuns(in: fixture.namespace, by: []).counts.isEmpty)
    }
  }

  @Test func aLargeTreeWithARunAtWorkStaysWhole() async throws {
    try await StoreFixture.with { fixture in
      let top = try await grow(fixture, width: 600)
      let worker = TestRun()
      _ = try await fixture.store.transitions.submit([
        worker.create(.flow, parent: top.id), worker.propose(.running, seq: 2),
      ])
      let answer = try await fixture.store.deleteRuns(
        [top.id], in: fixture.namespace, actor: "tester")
      #expect(answer == [.held(worker.id, .running)])
      #expect(try await fixture.number("SELECT count(*) FROM run") == 602)
      #expect(try await fixture.number("SELECT count(*) FROM run_deletion") == 0)
    }
  }

  @Test func aWaitingTreeIsStoppedBeforeItsPartsGo() async throws {
    try await StoreFixture.with { fixture in
      let top = TestRun()
      _ = try await fixture.store.transitions.submit(top.schedule(.flow))
      let below = (0..<600).map { _ in TestRun() }
      _ = try await fixture.store.transitions.submit(
        below.map {
          .report(
            Report(
              namespace: fixture.namespace, runID: $0.id, actor: "tester",
              item: .create(
                NewRun(
                  kind: .task, definition: "d", parentID: top.id, createdBy: "tester"))))
        })
      // No time at all: what is left is left to the service.
      let begun = try await fixture.store.deleteRuns(
        [top.id], in: fixture.namespace, actor: "tester", patience: .zero)
      #expect(begun == [.begun(runs: 0)])
      #expect(try await fixture.store.run(top.id, in: fixture.namespace).state.type == .cancelled)
      let claim = try await fixture.store.transitions.submit(top.propose(.running, seq: 1))
      #expect(claim.code != .accepted)
      // Another replica goes on with it.
      let other = try await fixture.otherStore()
      let taken = try await other.takeDeletions(limit: 4)
      #expect(taken.map(\.runID) == [top.id])
      #expect(try await fixture.store.takeDeletions(limit: 4).isEmpty)
      let end = ContinuousClock.now + .seconds(60)
      #expect(try await other.carry(taken[0], until: end) == .deleted(runs: 601))
      #expect(try await fixture.number("SELECT count(*) FROM run") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM run_cascade") == 0)
      await other.shutdown()
    }
  }

  @Test func deletedRunsAreForgottenAfterAWhile() async throws {
    try await StoreFixture.with { fixture in
      let runs = [TestRun(), TestRun()]
      _ = try await fixture.store.transitions.submit(runs.map { $0.schedule() })
      _ = try await fixture.store.deleteRuns(
        runs.map(\.id), in: fixture.namespace, actor: "tester")
      try await fixture.sql(
        "UPDATE run_removal SET time = time - interval '5 days' WHERE run_id = '\(runs[0].id)'")
      #expect(try await fixture.store.forgetRemovals(limit: 10) == 1)
      let left = try await fixture.store.removals(of: runs.map(\.id), in: fixture.namespace)
      #expect(left.map(\.runID) == [runs[1].id])
    }
  }
}
