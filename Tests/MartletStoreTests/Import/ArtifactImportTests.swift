// Decides that artifacts and events of elsewhere keep their ids and times, that series are in the order of these, and that
// followers hear of none.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct ArtifactImportTests {
  private static let begin = Instant(microseconds: 1_500_000_000_000_000)

  private func artifact(
    _ number: Int64, key: String? = "report", run: RunID? = nil, body: String? = nil
  ) -> ImportedArtifact {
    ImportedArtifact(
      NewArtifact(
        id: ObjectID(high: 7, low: UInt64(number)), key: key, runID: run,
        mediaType: "text/markdown", body: Array((body ?? "\(number)").utf8)),
      createTime: Self.begin + .seconds(number), updateTime: Self.begin + .seconds(number + 1))
  }

  private func series(_ fixture: StoreFixture) async throws -> [String] {
    try await BlockingThread.run {
      try fixture.database.connect().query(
        Statement(
          "",
          "SELECT version || '=' || convert_from(body, 'UTF8') FROM artifact WHERE key = 'report' ORDER BY version",
          planning: .everyTime)
      ).map { row throws(PostgresError) in try row.get(0, as: String.self) }
    }
  }

  private func take(
    _ artifacts: [ImportedArtifact], _ fixture: StoreFixture, in namespace: Namespace = .standard
  ) async throws -> [ArtifactImportAnswer] {
    try await fixture.store.importArtifacts(artifacts, in: namespace, actor: "t")
  }

  @Test func aSeriesStandsByItsTimesInWhateverOrderItComes() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let store = fixture.store
      _ = try await store.putArtifact(
        NewArtifact(key: "report", mediaType: "text/markdown", body: Array("now".utf8)),
        in: .standard, actor: "t")
      #expect(
        try await take([artifact(5), artifact(4)], fixture) == [.imported, .imported])
      #expect(try await series(fixture) == ["1=4", "2=5", "3=now"])
      #expect(
        try await take([artifact(1), artifact(9), artifact(4), artifact(2)], fixture)
          == [.imported, .imported, .unchanged, .imported])
      #expect(try await series(fixture) == ["1=1", "2=2", "3=4", "4=5", "5=9", "6=now"])
      #expect(try await store.latestArtifact("report", in: .standard).body == Array("now".utf8))
      let kept = try await store.artifact(ObjectID(high: 7, low: 4), in: .standard)
      #expect(kept.createTime == Self.begin + .seconds(4))
      #expect(kept.updateTime == Self.begin + .seconds(5))
      _ = try await store.putArtifact(
        NewArtifact(key: "report", mediaType: "text/markdown", body: Array("next".utf8)),
        in: .standard, actor: "t")
      #expect(try await store.latestArtifact("report", in: .standard).body == Array("next".utf8))
    }
  }

  @Test func anotherOfThatIDIsRefusedAlone() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let gone = TestRun()
      _ = try await fixture.store.transitions.submit(gone.schedule())
      _ = try await fixture.store.deleteRuns([gone.id], in: .standard, actor: "t")
      #expect(
        try await take(
          [
            artifact(1), artifact(1, body: "other"), artifact(1), artifact(2, run: gone.id),
            artifact(3, key: nil, run: .fresh()),
          ], fixture) == [.imported, .taken, .unchanged, .deleted, .imported])
      let space = try Namespace("elsewhere")
      #expect(try await take([artifact(1)], fixture, in: space) == [.taken])
      var wrong = artifact(6)
      wrong.updateTime = Self.begin
      #expect(throws: StoreError.self) { try Store.check(wrong) }
      wrong.artifact.labels = ["": "x"]
      #expect(throws: StoreError.self) { try Store.check(wrong) }
    }
  }

  @Test func eventsComeInOnceAndUntold() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      func event(_ number: UInt64, _ name: String = "ship.sailed") -> Event {
        var event = Event(
          id: ObjectID(high: number, low: number), namespace: .standard, name: name,
          time: Self.begin + .seconds(Int64(number)), resource: EventResource(id: "ship.1"),
          actor: "them")
        event.receiveTime = Self.begin + .seconds(100)
        return event
      }
      let feed = try await fixture.number("SELECT count(*) FROM feed")
      let events = (1...5).map { event(UInt64($0)) }
      for event in events { try event.validateImport() }
      #expect(try await fixture.store.importEvents(events) == 5)
      #expect(try await fixture.store.importEvents(events.reversed() + [event(6)]) == 1)
      #expect(try await fixture.number("SELECT count(*) FROM feed") == feed)
      let listed = try await fixture.store.listEvents(EventFilter(), in: .standard, limit: 2)
      guard case .published(let last)? = listed.first else {
        return #expect(Bool(false), "\(listed)")
      }
      #expect(last == event(6))
      try event(7, "martlet.flow-run.Deleted").validateImport()
      for wrong in ["martlet.flow-run.Completed", "martlet.task-run.Running", "", "a\u{0}"] {
        #expect(throws: StoreError.self, "\(wrong)") { try event(8, wrong).validateImport() }
      }
      #expect(throws: StoreError.self) { try event(0).validateImport() }
    }
  }
}
