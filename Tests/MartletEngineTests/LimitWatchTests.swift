// Decides what watchers of limits cost: a look for all of them when something happened, nothing when not; and that many
// who are served at once are told by one statement, none of whom keeps slots that it was not told of.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct LimitWatchTests {
  private func limit(_ fixture: EngineFixture, _ name: String, _ slots: Int32) async throws {
    _ = try await fixture.store.createLimit(
      name, in: fixture.namespace, content: SlotLimitEdit(slots: slots), actor: "tester")
  }

  private func request(_ name: String) -> SlotRequest {
    SlotRequest(
      id: LeaseID(ObjectID.random().value), in: .standard, [.init(.named(.global, name))],
      actor: "tester")
  }

  private func grant(_ fixture: EngineFixture, by granter: LimitGranter) async throws {
    let shards = try await fixture.store.takeGranterShards(granter.id, lease: .seconds(60))
    while case .served = try await fixture.store.serveLines(
      granter.id, shards: shards, after: nil
    ).round {}
  }

  @Test func twoHundredWatchersCostNothingWhileNothingHappens() async throws {
    try await EngineFixture.with { fixture in
      var context = fixture.context
      context.settings.limitWatchPause = .milliseconds(1)
      let watch = LimitWatch(context)
      for index in 0..<3 { try await limit(fixture, "api-\(index)", 1) }
      let lists = (0..<100).map { _ in
        watch.follow(.list(scope: nil, prefix: "api-"), in: fixture.namespace)
      }
      let named = (0..<100).map { _ in
        watch.follow(.references([.named(.global, "api-2")]), in: fixture.namespace)
      }
      // What happened before they came.
      _ = try await watch.step()
      let before = watch.looks
      for _ in 0..<50 { _ = try await watch.step() }
      #expect(watch.looks == before)
      _ = try await fixture.store.acquireSlots(request("api-2"))
      _ = try await watch.step()
      // One for each question, not for each who asks.
      #expect(watch.looks == before + 2)
      for stream in lists + named {
        var iterator = stream.makeAsyncIterator()
        let seen = try #require(await iterator.next())
        #expect(seen.first { $0.name == "api-2" }?.taken == 1)
      }
      watch.close()
      var end = watch.follow(.references([]), in: fixture.namespace).makeAsyncIterator()
      #expect(await end.next() == nil)
    }
  }

  @Test func limitsAreFoundByNameHoweverManyThereAre() async throws {
    try await EngineFixture.with { fixture in
      try await fixture.sql(
        """
        INSERT INTO slot_limit (id, namespace, shard, scope, name, slots, decay, enabled, created_by, create_time,
          update_time)
        SELECT gen_random_uuid(), 'default', 0, 1, 'a-' || n, 1, 0, true, 'tester', now(), now()
        FROM generate_series(1, 1200) n
        """)
      try await limit(fixture, "z-last", 7)
      let watch = LimitWatch(fixture.context)
      let found = try await watch.look(
        at: .references([.named(.global, "z-last"), .named(.global, "not there")]),
        in: fixture.namespace)
      #expect(found.map(\.name) == ["z-last"])
      #expect(found.first?.slots == 7)
    }
  }

  @Test func allWhoWereServedAreToldTogether() async throws {
    try await EngineFixture.with { fixture in
      try await limit(fixture, "api", 3)
      let room = LimitRoom(fixture.context)
      let granter = LimitGranter(fixture.context)
      let holders = (0..<3).map { _ in request("api") }
      for holder in holders { _ = try await fixture.store.acquireSlots(holder) }
      let waiters = (0..<4).map { _ in request("api") }
      for waiter in waiters { _ = try await fixture.store.acquireSlots(waiter) }
      let guests = waiters.map { waiter in
        Task { await room.wait(for: waiter.id, atMost: .seconds(600)) }
      }
      for holder in holders {
        try await fixture.store.releaseLease(holder.id, in: fixture.namespace)
      }
      try await grant(fixture, by: granter)
      let teller = Task {
        while !Task.isCancelled { _ = try await room.step() }
      }
      var leases: [SlotLease] = []
      for guest in guests.prefix(3) { leases.append(try #require(await guest.value)) }
      #expect(leases.map(\.id) == waiters.prefix(3).map(\.id))
      #expect(leases.allSatisfy { $0.state == .held && $0.holds.map(\.slots) == [1] })
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM limit_lease WHERE collected AND end_time IS NULL") == 3)
      // Asking again as before finds the same lease.
      let again = try await fixture.store.acquireSlots(waiters[0])
      guard case .granted(let lease) = again else {
        Issue.record("not granted: \(again)")
        return
      }
      #expect(lease.id == waiters[0].id)
      room.close()
      #expect(await guests[3].value == nil)
      teller.cancel()
      _ = await teller.result
    }
  }

  @Test func aGrantThatNobodyWasToldOfRunsForAShortTime() async throws {
    try await EngineFixture.with { fixture in
      try await limit(fixture, "api", 1)
      let (holder, waiter) = (request("api"), request("api"))
      _ = try await fixture.store.acquireSlots(holder)
      _ = try await fixture.store.acquireSlots(waiter)
      try await fixture.store.releaseLease(holder.id, in: fixture.namespace)
      try await grant(fixture, by: LimitGranter(fixture.context))
      let leases = try await fixture.store.collectLeases([waiter.id, holder.id])
      #expect(Set(leases.keys) == [waiter.id])
      try await fixture.store.returnLeases([waiter.id])
      let left = try await fixture.number(
        """
        SELECT count(*) FROM limit_lease WHERE NOT collected AND end_time IS NULL
          AND expire_time < clock_timestamp() + ttl_us * interval '1 microsecond' / 2
        """)
      #expect(left == 1)
    }
  }
}
