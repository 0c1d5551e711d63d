// Decides that lines move by themselves: granted on release, by whichever replica is there, and lapsed for the dead.

import Logging
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import ServiceLifecycle
import Testing

@testable import MartletEngine

@Suite(.timeLimit(.minutes(10))) struct LimitServiceTests {
  private func request(_ names: String...) -> SlotRequest {
    SlotRequest(
      id: LeaseID(ObjectID.random().value), in: .standard,
      names.map { .init(.named(.global, $0)) }, actor: "tester")
  }

  private func limit(_ store: Store, _ name: String, _ slots: Int32, decay: Double = 0) async throws
  {
    _ = try await store.createLimit(
      name, in: .standard, content: SlotLimitEdit(slots: slots, decay: decay), actor: "tester")
  }

  /// Asks as a handler does: again and again with one id, in the room between.
  private func acquire(_ request: SlotRequest, _ store: Store, _ room: LimitRoom) async throws {
    while try await !isGranted(request, store) {
      if await room.wait(for: request.id, atMost: .seconds(60)) != nil { return }
    }
  }

  private func isGranted(_ request: SlotRequest, _ store: Store) async throws -> Bool {
    if case .granted = try await store.acquireSlots(request) { true } else { false }
  }

  /// Runs the services of limits of some replicas.
  private func running(
    _ fixture: EngineFixture, _ settings: EngineSettings = EngineSettings(),
    _ body: ([Engine], [Store]) async throws -> Void
  ) async throws {
    let other = Store(fixture.database.configuration, logger: TestCluster.silent)
    try await other.waitUntilConnected()
    let stores = [fixture.store, other]
    let engines = stores.map {
      Engine($0, host: "test", settings: settings, logger: TestCluster.silent)
    }
    let group = ServiceGroup(services: engines.flatMap(\.services), logger: TestCluster.silent)
    let running = Task { try await group.run() }
    do { try await body(engines, stores) } catch {
      Issue.record(error)
    }
    await group.triggerGracefulShutdown()
    try await running.value
    await other.shutdown()
  }

  @Test func linesMoveOnReleaseInTwoReplicas() async throws {
    try await EngineFixture.with { fixture in
      var settings = EngineSettings()
      settings.beatInterval = .milliseconds(20)
      try await running(fixture, settings) { engines, stores in
        try await limit(fixture.store, "api", 3)
        try await limit(fixture.store, "db", 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for index in 0..<120 {
            let side = index % 2
            let names = index % 5 == 0 ? ["api", "db"] : ["api"]
            group.addTask {
              let asked = SlotRequest(
                id: LeaseID(ObjectID.random().value), in: .standard,
                names.map { .init(.named(.global, $0)) }, actor: "tester")
              try await acquire(asked, stores[side], engines[side].room)
              let taken = try await stores[side].limit(.named(.global, "api"), in: .standard).taken
              #expect(taken <= 3)
              try await stores[1 - side].releaseLease(asked.id, in: .standard)
            }
          }
          try await group.waitForAll()
        }
        #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
        #expect(try await fixture.number("SELECT count(*) FROM limit_waiter") == 0)
      }
    }
  }

  @Test func anotherReplicaTakesTheLinesOver() async throws {
    try await EngineFixture.with { fixture in
      let heir = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await heir.waitUntilConnected()
      let dead = LimitGranter(fixture.context)
      // Its first look takes every shard; then it is never heard of again.
      _ = try await dead.step()
      #expect(dead.shards.count == Int(LimitShard.count))
      try await limit(fixture.store, "api", 1)
      let holder = request("api")
      let waiter = request("api")
      #expect(try await isGranted(holder, fixture.store))
      #expect(try await !isGranted(waiter, fixture.store))
      try await fixture.store.releaseLease(holder.id, in: .standard)
      let next = LimitGranter(EngineContext(heir, logger: TestCluster.silent))
      _ = try await next.step()
      #expect(next.shards.isEmpty)
      #expect(try await !isGranted(waiter, heir))
      try await fixture.sql(
        "UPDATE limit_granter SET lease_until = clock_timestamp() - interval '1 s'")
      let successor = LimitGranter(EngineContext(heir, logger: TestCluster.silent))
      _ = try await successor.step()
      #expect(successor.shards.count == Int(LimitShard.count))
      #expect(try await isGranted(waiter, heir))
      await successor.stop()
      #expect(
        try await fixture.number("SELECT count(*) FROM limit_granter WHERE holder IS NOT NULL") == 0
      )
      await heir.shutdown()
    }
  }

  @Test func slotsComeBackByTimeAndFromTheDead() async throws {
    try await EngineFixture.with { fixture in
      try await running(fixture) { engines, stores in
        try await limit(fixture.store, "rate", 2, decay: 20)
        let begin = ContinuousClock.now
        for _ in 0..<8 { try await acquire(request("rate"), stores[0], engines[0].room) }
        // Two at once, six more at twenty a second.
        #expect(begin.duration(to: .now) >= .milliseconds(299))
        try await limit(fixture.store, "api", 1)
        var dead = request("api")
        dead.ttl = .seconds(1)
        try await acquire(dead, stores[0], engines[0].room)
        try await acquire(request("api"), stores[1], engines[1].room)
        #expect(try await fixture.store.lease(dead.id, in: .standard).state == .lapsed)
      }
    }
  }

  @Test func theRoomSendsEverybodyAwayWhenItCloses() async throws {
    try await EngineFixture.with { fixture in
      let room = LimitRoom(fixture.context)
      let guest = Task { await room.wait(for: LeaseID(high: 1, low: 1), atMost: .seconds(600)) }
      let gone = Task { await room.wait(for: LeaseID(high: 1, low: 2), atMost: .seconds(600)) }
      gone.cancel()
      #expect(await gone.value == nil)
      room.close()
      #expect(await guest.value == nil)
      #expect(room.isClosed)
      #expect(await room.wait(for: LeaseID(high: 1, low: 3), atMost: .seconds(600)) == nil)
    }
  }

  /// The granter of the same process hands leases over itself; nobody asks the database who was served.
  @Test func guestsAreToldByTheGranter() async throws {
    try await EngineFixture.with { fixture in
      let store = fixture.store
      let room = LimitRoom(fixture.context)
      let granter = LimitGranter(fixture.context, room: room)
      try await limit(store, "api", 2)
      let holders = [request("api"), request("api")]
      let waiters = [request("api"), request("api"), request("api")]
      for asked in holders + waiters { _ = try await isGranted(asked, store) }
      let guest = Task { await room.wait(for: waiters[0].id, atMost: .seconds(600)) }
      let last = Task { await room.wait(for: waiters[2].id, atMost: .seconds(600)) }
      while room.count < 2 { await Task.yield() }
      for holder in holders { try await store.releaseLease(holder.id, in: .standard) }
      _ = try await granter.step()
      let lease = try #require(await guest.value)
      #expect(lease.id == waiters[0].id && lease.state == .held && lease.holds.count == 1)
      #expect(lease == (try await store.lease(lease.id, in: .standard)))
      // Who did not wait here has its grant for a short time only; who was not served stays.
      #expect(
        try await fixture.number("SELECT count(*) FROM limit_lease WHERE NOT collected") == 1)
      #expect(room.count == 1)
      room.close()
      #expect(await last.value == nil)
      await granter.stop()
    }
  }

  /// A guest whose time ends while the line is served is told of what it was granted; one that has gone is not.
  @Test func aGuestIsNotSentAwayWhileItIsServed() async throws {
    try await EngineFixture.with { fixture in
      let store = fixture.store
      let room = LimitRoom(fixture.context)
      try await limit(store, "api", 2)
      let asked = [request("api"), request("api"), request("api")]
      for one in asked { _ = try await isGranted(one, store) }
      var late: [Task<SlotLease?, Never>] = []
      let held = try await store.lease(asked[0].id, in: .standard)
      let look = try await room.serving { _ in LineLook(round: .served(0)) }
      #expect(look.round == .served(0))
      for one in asked.prefix(2) {
        late.append(Task { await room.wait(for: one.id, atMost: .seconds(600)) })
      }
      late.append(Task { await room.wait(for: asked[2].id, atMost: .milliseconds(1)) })
      // The third one's time is over at once, unless it is being served.
      #expect(await late[2].value == nil)
      while room.count < 2 { await Task.yield() }
      _ = try await room.serving { guests throws(StoreError) in
        #expect(guests == Set(asked.prefix(2).map(\.id)))
        late[1].cancel()
        #expect(await late[1].value == nil)
        let other = try await store.lease(asked[1].id, in: .standard)
        return LineLook(round: .served(2), told: [held, other])
      }
      #expect(await late[0].value == held)
      #expect(room.count == 0)
      // What nobody heard of runs for a short time.
      #expect(
        try await fixture.number("SELECT count(*) FROM limit_lease WHERE NOT collected") == 1)
    }
  }
}
