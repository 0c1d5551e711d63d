// Decides that nothing which comes for a deleted run stays without one, and that whoever sends it is told so.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct LateArrivalTests {
  private func line(_ run: TestRun, _ number: Int64) -> LogLine {
    LogLine(
      namespace: run.namespace, runID: run.id, executionID: run.execution, line: number,
      time: Instant(microseconds: 1_800_000_000_000_000), message: "hello")
  }

  private func artifact(of run: TestRun, key: String? = nil) -> NewArtifact {
    NewArtifact(key: key, runID: run.id, mediaType: "text/plain", body: [1])
  }

  /// A run that has ended.
  private func ended(_ fixture: StoreFixture) async throws -> TestRun {
    let run = TestRun()
    _ = try await fixture.store.transitions.submit([
      run.create(), run.propose(.running, seq: 2), run.propose(.completed(.init()), seq: 3),
    ])
    return run
  }

  /// Whether an artifact is taken rather than refused.
  private func isKept(_ new: NewArtifact, on store: Store) async throws -> Bool {
    do {
      _ = try await store.putArtifact(new, in: .standard, actor: "tester")
      return true
    } catch StoreError.failedPrecondition { return false }
  }

  private func delete(_ run: TestRun, _ store: Store) async throws {
    let answers = try await store.deleteRuns([run.id], in: run.namespace, actor: "tester")
    #expect(answers == [.deleted(runs: 1)])
  }

  @Test func linesOfDeletedRunsAreDroppedAndTold() async throws {
    try await StoreFixture.with { fixture in
      let (gone, kept) = (try await ended(fixture), try await ended(fixture))
      let logs = fixture.store.logs
      #expect(try await logs.write([line(gone, 1), line(kept, 1)]) == LogReceipt(new: 2))
      try await delete(gone, fixture.store)
      let receipt = try await logs.write([
        line(kept, 1), line(gone, 1), line(kept, 2), line(gone, 2),
      ])
      #expect(receipt == LogReceipt(new: 1, dropped: [1, 3]))
      #expect(try await fixture.number("SELECT count(*) FROM log") == 2)
    }
  }

  @Test func whatWasBeingWrittenDuringTheDeletionIsSwept() async throws {
    try await StoreFixture.with { fixture in
      let (run, kept) = (try await ended(fixture), try await ended(fixture))
      _ = try await fixture.store.logs.write([line(kept, 1)])
      // A line that is written, and not committed, when the run is deleted.
      let writing = try await Holder.begin(fixture.database)
      try await writing.script(
        """
        INSERT INTO log (run_id, time, execution_id, line, namespace, level, message, receive_time)
        VALUES ('\(run.id)', '2027-01-15', '\(run.execution)', 1, 'default', 20, 'x', now())
        """)
      try await delete(run, fixture.store)
      try await writing.end()
      let lines = "SELECT count(*) FROM log WHERE run_id = '\(run.id)'"
      #expect(try await fixture.number(lines) == 1)
      // Not before every transaction that was under way is over.
      #expect(try await fixture.store.sweepRemovals(limit: 10) == 0)
      #expect(try await fixture.store.sweepRemovals(limit: 10, after: .zero) == 1)
      #expect(try await fixture.number(lines) == 0)
      #expect(try await fixture.store.sweepRemovals(limit: 10, after: .zero) == 0)
      #expect(try await fixture.number("SELECT count(*) FROM log") == 1)
    }
  }

  @Test func artifactsOfDeletedRunsAreRefused() async throws {
    try await StoreFixture.with { fixture in
      let run = try await ended(fixture)
      let known = artifact(of: run, key: "report")
      _ = try await fixture.store.putArtifact(known, in: run.namespace, actor: "tester")
      try await delete(run, fixture.store)
      let refusal = StoreError.failedPrecondition(
        reason: "RUN_DELETED", subject: "run:\(run.id)",
        message: "the run \(run.id) was deleted: nothing of it is kept any more")
      for late in [artifact(of: run), artifact(of: run, key: "report"), known] {
        await #expect(throws: refusal) {
          _ = try await fixture.store.putArtifact(late, in: run.namespace, actor: "tester")
        }
      }
      // One of no run, and one of a run that nobody has reported yet, are kept as ever.
      for other in [NewArtifact(mediaType: "text/plain", body: [1]), artifact(of: TestRun())] {
        _ = try await fixture.store.putArtifact(other, in: run.namespace, actor: "tester")
      }
      #expect(
        try await fixture.number("SELECT count(*) FROM artifact WHERE run_id = '\(run.id)'") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM artifact") == 3)
    }
  }

  @Test func artifactsThatRaceWithTheDeletionAreNotLeftBehind() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      var refused = 0
      for _ in 0..<30 {
        let run = try await ended(fixture)
        async let put = isKept(artifact(of: run), on: other)
        try await delete(run, fixture.store)
        if try await !put { refused += 1 }
      }
      #expect(try await fixture.number("SELECT count(*) FROM artifact") == 0, "\(refused) refused")
      await other.shutdown()
    }
  }
}
