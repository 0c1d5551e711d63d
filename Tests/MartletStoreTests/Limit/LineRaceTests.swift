// Decides that the promises hold when two replicas and a thousand who wait are at it at once.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct LineRaceTests {
  /// Both stores grant and release as fast as they can; whoever is inside is counted from outside.
  @Test func aThousandWaitersAreServedInOrderAndNeverTooMany() async throws {
    try await StoreFixture.with { fixture in
      let slots: Int32 = 7
      let count = 1000
      try await fixture.limit("api", slots)
      let other = try await fixture.otherStore()
      let stores = [fixture.store, other]
      let requests = (0..<count).map { _ in fixture.request(("api", 1)) }
      // All of them ask, from both sides.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for side in 0..<8 {
          group.addTask {
            let own = stride(from: side, to: count, by: 8).map { requests[$0] }
            for (index, request) in own.enumerated() {
              _ = try await stores[side % 2].acquireSlots(request)
              // As a long poll does; on a slow machine the first would lapse before the last has asked.
              if index % 25 == 0 {
                try await stores[side % 2].keepPlaces(own.prefix(index).map(\.id))
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.taken("api") == Int64(slots))
      let line = try await waiting(fixture)
      #expect(line.count == count - Int(slots))
      // The first ones leave; each who is served leaves at once.
      for id in Set(requests.map(\.id)).subtracting(line) {
        try await fixture.store.releaseLease(id, in: fixture.namespace)
      }
      var served: [LeaseID] = []
      var rest = line
      while !rest.isEmpty {
        try await fixture.store.keepPlaces(rest)
        // Two granters, of which one has the shard.
        async let left = fixture.serve(fixture.store, as: Granter.id)
        async let right = fixture.serve(other, as: ObjectID(high: 8, low: 8))
        _ = try await (left, right)
        #expect(try await fixture.taken("api") <= Int64(slots))
        let gone = Set(try await fixture.store.leftLine(rest))
        let round = rest.filter { gone.contains($0) }
        // Always the first of the line, never more than there is room.
        #expect(round == Array(rest.prefix(round.count)))
        #expect(!round.isEmpty && round.count <= Int(slots))
        if round.isEmpty { break }
        rest.removeFirst(round.count)
        served += round
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, id) in round.enumerated() {
            group.addTask { try await stores[index % 2].releaseLease(id, in: fixture.namespace) }
          }
          try await group.waitForAll()
        }
      }
      #expect(served == line)
      #expect(try await fixture.taken("api") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM limit_want") == 0)
      await other.shutdown()
    }
  }

  /// Requests for several limits, in every order, from both sides: no deadlock, never over, all back.
  @Test func severalLimitsAtOnceNeverDeadlock() async throws {
    try await StoreFixture.with { fixture in
      let names = ["a", "b", "c", "d"]
      for name in names { try await fixture.limit(name, 2) }
      let other = try await fixture.otherStore()
      let seed = UInt64.random(in: 0 ... .max)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for side in 0..<8 {
          group.addTask {
            var random = SplitMix64(seed: seed &+ UInt64(side))
            let store = side % 2 == 0 ? fixture.store : other
            for _ in 0..<30 {
              let wanted = names.shuffled(using: &random).prefix(
                Int.random(in: 1...3, using: &random))
              let request = SlotRequest(
                id: .fresh(), in: fixture.namespace,
                wanted.map {
                  .init(.named(.global, $0), slots: .random(in: 1...2, using: &random))
                },
                actor: "tester")
              while try await store.acquireSlots(request).lease == nil {
                try await fixture.serve(store)
              }
              try await store.releaseLease(request.id, in: fixture.namespace)
            }
          }
        }
        group.addTask {
          for _ in 0..<100 {
            let over = try await fixture.number(
              """
              SELECT count(*) FROM (SELECT limit_id FROM limit_hold GROUP BY limit_id
                HAVING sum(slots) > 2) over
              """)
            #expect(over == 0, "seed \(seed)")
          }
        }
        try await group.waitForAll()
      }
      for name in names { #expect(try await fixture.taken(name) == 0, "seed \(seed)") }
      await other.shutdown()
    }
  }

  @Test func aGranterThatWasReplacedGrantsNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let other = try await fixture.otherStore()
      try await fixture.limit("api", 1)
      let holder = fixture.request(("api", 1))
      let waiter = fixture.request(("api", 1))
      for request in [holder, waiter] { _ = try await store.acquireSlots(request) }
      let old = try await store.takeGranterShards(Granter.id, lease: .seconds(60))
      #expect(old.count == Int(LimitShard.count))
      let heir = ObjectID(high: 8, low: 8)
      #expect(try await other.takeGranterShards(heir, lease: .seconds(60)).isEmpty)
      // It stops renewing.
      try await fixture.sql(
        "UPDATE limit_granter SET lease_until = clock_timestamp() - interval '1 s'")
      try await store.releaseLease(holder.id, in: fixture.namespace)
      let new = try await other.takeGranterShards(heir, lease: .seconds(60))
      #expect(new.count == Int(LimitShard.count))
      #expect(try await store.serveLines(Granter.id, shards: old, after: nil).round == .fenced)
      #expect(try await other.serveLines(heir, shards: new, after: nil).round == .served(1))
      #expect(try await store.acquireSlots(waiter).lease != nil)
      try await other.leaveGranterShards(heir)
      #expect(try await store.takeGranterShards(Granter.id, lease: .seconds(60)).count == old.count)
      await other.shutdown()
    }
  }

  /// Who stands in line, in order.
  private func waiting(_ fixture: StoreFixture) async throws -> [LeaseID] {
    try await fixture.store.listLeases(
      LeaseQuery(namespace: fixture.namespace, size: 2000)
    ).map(\.lease).filter { $0.state == .waiting }.map(\.id)
  }
}
