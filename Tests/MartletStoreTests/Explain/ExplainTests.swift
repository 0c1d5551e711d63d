// Decides that what explains a run is read whole: the enclosing run, the session, lines of limits, keys of the cache.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct ExplainTests {
  @Test func readsWhoHoldsWhatARunWaitsFor() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let session = SessionID(high: 1, low: 1)
      _ = try await store.openSession(
        session, in: fixture.namespace, holder: "host/7", actor: "tester")
      let (flow, task, other) = (
        TestRun(session: session), TestRun(session: session), TestRun()
      )
      _ = try await store.transitions.submit([
        flow.create(.flow), flow.propose(.running, seq: 2), task.create(parent: flow.id),
        other.create(), other.propose(.running, seq: 2),
      ])
      try await fixture.limit("api", 1)
      _ = try await store.acquireSlots(
        fixture.request(("api", 1), holder: SlotHolder(runID: other.id)))
      for run in [TestRun().id, task.id] {
        _ = try await store.acquireSlots(
          fixture.request(("api", 1), holder: SlotHolder("waits", runID: run)))
      }
      let computing = try await store.reserveCacheKey(
        "prices",
        CacheRequest(token: ObjectID(high: 1, low: 1).value, runID: other.id),
        in: fixture.namespace)
      guard case .reserved = computing else {
        Issue.record("\(computing)")
        return
      }
      _ = try await store.reserveCacheKey(
        "prices", CacheRequest(token: ObjectID(high: 2, low: 2).value, runID: task.id),
        in: fixture.namespace)
      let facts = try await store.explain(task.id, in: fixture.namespace).facts
      #expect(facts.parent?.id == flow.id && facts.parent?.stateType == .running)
      #expect(facts.session?.id == session && facts.session?.holder == "host/7")
      #expect(facts.actor == "tester" && facts.reason == nil)
      let line = try #require(facts.limits.first)
      #expect(facts.limits.count == 1 && line.place == 2 && line.name == "api")
      #expect(line.holders.map(\.runID) == [other.id] && line.holders[0].name != "")
      #expect(facts.cacheKeys.map(\.key) == ["prices"])
      #expect(facts.cacheKeys[0].holder == other.id && !facts.cacheKeys[0].isOwn)
      let holder = try await store.explain(other.id, in: fixture.namespace).facts
      #expect(holder.limits.map(\.place) == [nil] && holder.cacheKeys.map(\.isOwn) == [true])
      #expect(
        RunExplanation(facts).gates.map(\.kind) == [.dueTime, .parent, .limit, .cache, .owner])
      let missing = RunID.fresh()
      await #expect(throws: StoreError.notFound(resource: "run", name: "\(missing)")) {
        try await store.explain(missing, in: fixture.namespace)
      }
      let elsewhere = try Namespace("other")
      await #expect(throws: StoreError.notFound(resource: "run", name: "\(task.id)")) {
        try await store.explain(task.id, in: elsewhere)
      }
    }
  }
}
