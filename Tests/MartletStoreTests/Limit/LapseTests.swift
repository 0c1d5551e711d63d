// Decides that slots of the dead come back, that nobody else loses any, and that an outage of the server kills no lease.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct LapseTests {
  @Test func aDeadHoldersSlotsComeBack() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 2)
      let dead = fixture.request(("api", 1))
      let alive = fixture.request(("api", 1))
      let next = fixture.request(("api", 1))
      for request in [dead, alive, next] { _ = try await store.acquireSlots(request) }
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 0)
      try await fixture.age(by: "61 s")
      // A late renewal saves a lease that nobody has ended yet, and asking again keeps the place.
      _ = try await store.renewLease(alive.id, in: fixture.namespace)
      _ = try await store.acquireSlots(next)
      #expect(try await fixture.taken("api") == 2)
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 1)
      #expect(try await fixture.taken("api") == 1)
      #expect(try await fixture.serve() == 1)
      #expect(try await store.lease(dead.id, in: fixture.namespace).state == .lapsed)
      await #expect(throws: StoreError.self) {
        try await store.renewLease(dead.id, in: fixture.namespace)
      }
      #expect(try await store.acquireSlots(next).lease != nil)
      #expect(try await fixture.taken("api") == 2)
    }
  }

  @Test func aWaiterWhoWentAwayLosesItsPlace() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 1)
      let holder = fixture.request(("api", 1))
      let gone = fixture.request(("api", 1))
      let stays = fixture.request(("api", 1))
      for request in [holder, gone, stays] { _ = try await store.acquireSlots(request) }
      try await fixture.age(by: "11 s")
      try await store.keepPlaces([stays.id])
      try await store.releaseLease(holder.id, in: fixture.namespace)
      // One who is past its time is not served even before its place is taken away.
      #expect(try await fixture.serve() == 1)
      #expect(try await store.acquireSlots(stays).lease != nil)
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 1)
      // It may ask again with the same id, at the end of the line.
      #expect(try await store.acquireSlots(gone).obstacle?.place == 1)
    }
  }

  /// Served, and never told: the grant runs for a short time and leaves no trace.
  @Test func aGrantThatNobodyCollectsIsShort() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 1)
      let holder = fixture.request(("api", 1))
      let gone = fixture.request(("api", 1))
      for request in [holder, gone] { _ = try await store.acquireSlots(request) }
      try await store.releaseLease(holder.id, in: fixture.namespace)
      #expect(try await fixture.serve() == 1)
      try await fixture.age(by: "11 s")
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 1)
      #expect(try await fixture.taken("api") == 0)
      #expect(try await store.acquireSlots(gone).lease != nil)
      // Collected, it runs its full term.
      try await fixture.age(by: "50 s")
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 0)
    }
  }

  @Test func aLeaseLapsesWithItsSession() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 2)
      let session = SessionID(high: 1, low: 9)
      _ = try await store.openSession(session, in: fixture.namespace, holder: "h", actor: "t")
      let bound = fixture.request(("api", 1), holder: SlotHolder("h", sessionID: session))
      let free = fixture.request(("api", 1))
      for request in [bound, free] { _ = try await store.acquireSlots(request) }
      _ = try await store.tickLeaseClock(tolerance: .hours(1))
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 0)
      try await store.closeSession(session, in: fixture.namespace)
      #expect(try await store.lapseLeases(limit: 9, tolerance: .hours(1)) == 1)
      #expect(try await fixture.taken("api") == 1)
      #expect(try await store.lease(bound.id, in: fixture.namespace).state == .lapsed)
    }
  }

  @Test func anOutageOfTheServerEndsNoLease() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 1)
      let holder = fixture.request(("api", 1))
      let waiter = fixture.request(("api", 1))
      for request in [holder, waiter] { _ = try await store.acquireSlots(request) }
      try await fixture.age(by: "10 min")
      try await fixture.sql(
        "UPDATE lease_clock SET tick_time = clock_timestamp() - interval '10 min'")
      // Until the clock of leases has ticked nothing lapses; then all have that time back.
      #expect(try await store.lapseLeases(limit: 9, tolerance: .seconds(5)) == 0)
      _ = try await store.tickLeaseClock(tolerance: .seconds(5))
      #expect(try await store.lapseLeases(limit: 9, tolerance: .seconds(5)) == 0)
      #expect(try await store.lease(holder.id, in: fixture.namespace).state == .held)
      #expect(try await store.acquireSlots(waiter).obstacle?.place == 1)
    }
  }

  @Test func endedLeasesAreForgottenInTime() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 1)
      try await fixture.limit("rate", 1, decay: 1000)
      let request = fixture.request(("api", 1), ("rate", 1))
      _ = try await store.acquireSlots(request)
      try await store.releaseLease(request.id, in: fixture.namespace)
      #expect(try await store.forgetEndedLeases(limit: 9) == 0)
      try await fixture.sql(
        "UPDATE limit_hold SET return_time = return_time - interval '1 min'")
      #expect(try await store.forgetEndedLeases(after: .zero, limit: 9) == 1)
      #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
    }
  }
}
