// Decides that sessions live by heartbeats alone and never touch a run.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct SessionTests {
  @Test func renewsManySessionsTogether() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let ids = (0..<50).map { SessionID(high: UInt64($0 + 1), low: 1) }
      for id in ids {
        _ = try await store.openSession(id, in: fixture.namespace, holder: "h", actor: "t")
      }
      let before = try await store.renewSessions(ids)
      let beats = SessionBeats(store)
      let answers = try await withThrowingTaskGroup(of: BeatAnswer.self) { group in
        for id in ids { group.addTask { try await beats.beat(id) } }
        var answers: [BeatAnswer] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      let earliest = try #require(before.compactMap(\.leaseUntil).min())
      #expect(answers.allSatisfy { $0.leaseUntil.map { $0 > earliest } == true })
      let unknown = try await beats.beat(SessionID(high: 0, low: 9))
      #expect(unknown.leaseUntil == nil)
    }
  }

  @Test func tellsWhichRunsAreToStop() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let session = SessionID(high: 1, low: 1)
      _ = try await store.openSession(session, in: fixture.namespace, holder: "h", actor: "t")
      let runs = (0..<3).map { _ in TestRun(session: session) }
      _ = try await store.transitions.submit(
        runs.flatMap { [$0.create(), $0.propose(.running, seq: 2)] })
      #expect(try await store.renewSessions([session])[0].asked.isEmpty)
      _ = try await store.cancelRun(
        Cancellation(namespace: fixture.namespace, runID: runs[1].id, actor: "operator"))
      let answer = try await store.renewSessions([session])[0]
      #expect(answer.asked.map(\.run) == [runs[1].id])
      #expect(answer.asked.map(\.isLost) == [false])
      _ = try await store.transitions.submit(runs[1].propose(.cancelled, seq: 3))
      #expect(try await store.renewSessions([session])[0].asked.isEmpty)
    }
  }

  @Test func aHeartbeatThatCrossesTheGoodbyeBringsNothingBack() async throws {
    try await WorkFixture.with { fixture in
      let store = fixture.store
      let worker = try await fixture.worker("w")
      func online() async throws -> [Bool] {
        try await store.listWorkers(in: .standard, includesOffline: true, limit: 9).map(\.isOnline)
      }
      let pair = [(id: worker.ready.worker.id, session: worker.session)]
      #expect(try await store.renewWorkers(pair).map(\.hasSession) == [true])
      #expect(try await online() == [true])
      try await store.endWorkerSession(worker.session, in: .standard)
      #expect(try await store.renewWorkers(pair).map(\.hasSession) == [false])
      #expect(try await store.renewSessions([worker.session])[0].leaseUntil == nil)
      // An outage gives time back to those who are there, not to who has left.
      try await fixture.base.sql("UPDATE lease_clock SET tick_time = tick_time - interval '1 h'")
      #expect(try await store.tickLeaseClock(tolerance: .seconds(5)) > .zero)
      #expect(try await online() == [false])
      // The same worker may come again.
      _ = try await store.openSession(worker.session, in: .standard, holder: "w", actor: "t")
      #expect(try await online() == [true])
      #expect(try await store.renewWorkers(pair).map(\.hasSession) == [true])
    }
  }

  @Test func refusesAnIdThatAnotherNamespaceHas() async throws {
    try await StoreFixture.with { fixture in
      let id = SessionID(high: 1, low: 1)
      let store = fixture.store
      let first = try await store.openSession(
        id, in: fixture.namespace, holder: "h", actor: "t", ttl: .seconds(10))
      let again = try await store.openSession(
        id, in: fixture.namespace, holder: "h", actor: "t", ttl: .seconds(10))
      #expect(again.epoch == first.epoch + 1)
      #expect(again.leaseUntil > first.leaseUntil)
      let other = try Namespace("other")
      await #expect(throws: StoreError.alreadyExists(resource: "session", name: "\(id)")) {
        try await store.openSession(id, in: other, holder: "h", actor: "t")
      }
    }
  }
}
