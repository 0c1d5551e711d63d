// Decides how limits are created, edited, emptied and deleted, and what that does to those who hold and wait.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct LimitTests {
  @Test func createsOncePerScopeAndName() async throws {
    try await StoreFixture.with { fixture in
      let limit = try await fixture.limit("api", 5, decay: 2)
      #expect(limit.slots == 5 && limit.decay == 2 && limit.isEnabled && limit.taken == 0)
      #expect(try await fixture.limit("api", 5, decay: 2) == limit)
      let tag = try await fixture.limit("api", 3, scope: .tag)
      #expect(tag.id != limit.id)
      await #expect(throws: StoreError.alreadyExists(resource: "limit", name: "api")) {
        try await fixture.limit("api", 6)
      }
      await #expect(throws: StoreError.self) { try await fixture.limit("", 6) }
      await #expect(throws: StoreError.self) { try await fixture.limit("x", -1) }
      await #expect(throws: StoreError.self) { try await fixture.limit("x", 1, decay: -1) }
      await #expect(throws: StoreError.self) { try await fixture.limit("\(limit.id)", 1) }
      let store = fixture.store
      #expect(try await store.limit(.id(limit.id), in: fixture.namespace) == limit)
      await #expect(throws: StoreError.notFound(resource: "limit", name: "api")) {
        try await store.limit(.named(.global, "api"), in: Namespace("other"))
      }
      try await fixture.limit("apricot", 1)
      let listed = try await store.listLimits(in: fixture.namespace, prefix: "ap", limit: 9)
      #expect(listed.map(\.name) == ["api", "apricot", "api"])
      let rest = try await store.listLimits(
        in: fixture.namespace, after: (LimitScope.global.rawValue, "api"), limit: 9)
      #expect(rest.map(\.name) == ["apricot", "api"])
      let tags = try await store.listLimits(in: fixture.namespace, scope: .tag, limit: 9)
      #expect(tags == [tag])
    }
  }

  @Test func anEditIsGuardedAndServesTheLine() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let limit = try await fixture.limit("api", 1)
      let first = fixture.request(("api", 1))
      let second = fixture.request(("api", 1))
      #expect(try await store.acquireSlots(first).lease != nil)
      #expect(try await store.acquireSlots(second).obstacle?.place == 1)
      await #expect(throws: StoreError.etagMismatch(current: 1)) {
        try await store.updateLimit(
          .id(limit.id), in: fixture.namespace, edit: SlotLimitEdit(slots: 2), etag: 9)
      }
      #expect(try await fixture.serve() == 0)
      let more = try await store.updateLimit(
        .named(.global, "api"), in: fixture.namespace, edit: SlotLimitEdit(slots: 2), etag: 1)
      #expect(more.slots == 2 && more.etag == 2)
      #expect(try await fixture.serve() == 1)
      #expect(try await store.acquireSlots(second).lease != nil)
      // Fewer slots than are held take none away; nobody else comes in.
      let less = try await store.updateLimit(
        .id(limit.id), in: fixture.namespace, edit: SlotLimitEdit(slots: 1))
      #expect(less.taken == 2)
      let third = fixture.request(("api", 1))
      try await store.releaseLease(first.id, in: fixture.namespace)
      #expect(try await store.acquireSlots(third).obstacle?.taken == 1)
      _ = try await store.updateLimit(
        .id(limit.id), in: fixture.namespace, edit: SlotLimitEdit(isEnabled: false))
      #expect(try await fixture.serve() == 1)
      #expect(try await fixture.taken("api") == 2)
    }
  }

  @Test func aLimitOfNoSlotsRefusesEverybody() async throws {
    try await StoreFixture.with { fixture in
      let limit = try await fixture.limit("shut", 0)
      let request = fixture.request(("shut", 2))
      #expect(try await fixture.store.acquireSlots(request).obstacle?.slots == 0)
      #expect(try await fixture.serve() == 0)
      _ = try await fixture.store.updateLimit(
        .id(limit.id), in: fixture.namespace, edit: SlotLimitEdit(slots: 2))
      #expect(try await fixture.serve() == 1)
      #expect(try await fixture.store.acquireSlots(request).lease?.holds.count == 1)
    }
  }

  @Test func aNewPaceHoldsForWhatIsOnItsWayBack() async throws {
    try await StoreFixture.with { fixture in
      let limit = try await fixture.limit("slow", 2, decay: 0.001)
      let first = try await fixture.store.acquireSlots(fixture.request(("slow", 2), mode: .rate))
      #expect(first.lease != nil)
      let slow = try await fixture.store.acquireSlots(fixture.request(("slow", 1), waits: false))
      #expect(try #require(slow.obstacle?.delay) > .seconds(900))
      _ = try await fixture.store.updateLimit(
        .id(limit.id), in: fixture.namespace, edit: SlotLimitEdit(decay: 1))
      let fast = try await fixture.store.acquireSlots(fixture.request(("slow", 1), waits: false))
      #expect((fast.obstacle?.delay ?? .zero) <= .seconds(1))
    }
  }

  @Test func aResetEndsTheLeases() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 2)
      try await fixture.limit("rate", 2, decay: 0.001)
      let holders = [
        fixture.request(("api", 1), ("rate", 1)), fixture.request(("api", 1), ("rate", 1)),
      ]
      for holder in holders { #expect(try await store.acquireSlots(holder).lease != nil) }
      let waiter = fixture.request(("api", 1))
      _ = try await store.acquireSlots(waiter)
      #expect(try await store.resetLimit(.named(.global, "api"), in: fixture.namespace) == 2)
      #expect(try await fixture.taken("rate") == 2)
      #expect(try await store.resetLimit(.named(.global, "rate"), in: fixture.namespace) == 0)
      #expect(try await fixture.taken("rate") == 0)
      #expect(try await fixture.serve() == 1)
      do {
        _ = try await store.renewLease(holders[0].id, in: fixture.namespace)
        Issue.record("a lease that was reset is renewed")
      } catch StoreError.failedPrecondition(let reason, _, _) {
        #expect(reason == "LEASE_ENDED")
      }
    }
  }

  @Test func whoWaitsForADeletedLimitIsJudgedAnew() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("gone", 1)
      try await fixture.limit("stays", 1)
      let holder = fixture.request(("gone", 1))
      #expect(try await store.acquireSlots(holder).lease != nil)
      let loose = fixture.request(("gone", 1), ("stays", 1))
      let strict = fixture.request(("gone", 1), isStrict: true)
      #expect(try await store.acquireSlots(loose).lease == nil)
      #expect(try await store.acquireSlots(strict).lease == nil)
      try await store.deleteLimit(.named(.global, "gone"), in: fixture.namespace)
      #expect(try await store.leftLine([loose.id, strict.id]).count == 2)
      #expect(try await store.acquireSlots(loose).lease?.holds.count == 1)
      await #expect(throws: StoreError.notFound(resource: "limit", name: "gone")) {
        try await store.acquireSlots(strict)
      }
      try await store.releaseLease(holder.id, in: fixture.namespace)
      #expect(try await fixture.number("SELECT count(*) FROM limit_want") == 0)
    }
  }
}
