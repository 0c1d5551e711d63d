// Decides how slots are taken, kept and given back: once for each id, all or none, in the order of the line.

import MartletModel
import MartletTestKit
import Testing

@testable import MartletStore

@Suite struct LeaseTests {
  @Test func theSameIdIsTheSameLease() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 3)
      let request = fixture.request(("api", 2))
      let lease = try #require(try await store.acquireSlots(request).lease)
      #expect(lease.state == .held && lease.holds.map(\.slots) == [2])
      #expect(try await store.acquireSlots(request).lease == lease)
      #expect(try await fixture.taken("api") == 2)
      let other = fixture.request(("api", 1), id: request.id)
      await #expect(throws: StoreError.alreadyExists(resource: "lease", name: "\(request.id)")) {
        try await store.acquireSlots(other)
      }
      try await store.releaseLease(request.id, in: fixture.namespace)
      try await store.releaseLease(request.id, in: fixture.namespace)
      #expect(try await fixture.taken("api") == 0)
      #expect(try await ended(store, request))
      #expect(try await fixture.taken("api") == 0)
      await #expect(throws: StoreError.self) {
        try await store.releaseLease(.fresh(), in: fixture.namespace)
      }
    }
  }

  /// Repeats of one request at the same time from two replicas: one lease.
  @Test func repeatsAtTheSameTimeAreOneLease() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 10)
      let other = try await fixture.otherStore()
      let requests = (0..<20).map { _ in fixture.request(("api", 1)) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for request in requests {
          for store in [fixture.store, other, fixture.store, other] {
            group.addTask { _ = try await store.acquireSlots(request) }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await fixture.taken("api") == 10)
      #expect(try await fixture.number("SELECT count(*) FROM limit_lease") == 10)
      #expect(try await fixture.number("SELECT count(*) FROM limit_waiter") == 10)
      await other.shutdown()
    }
  }

  @Test func refusesWhatCanNeverBe() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("api", 3)
      let refused = [
        fixture.request(("api", 4)), fixture.request(("api", 0)), fixture.request(),
        fixture.request(("api", 1), mode: .rate), fixture.request(("", 1)),
        fixture.request(("api", 1), id: LeaseID(high: 1 << 60 | 0x7000, low: 1 << 63)),
      ]
      for request in refused {
        do {
          _ = try await store.acquireSlots(request)
          Issue.record("accepted: \(request)")
        } catch StoreError.invalid {}
      }
      await #expect(throws: StoreError.notFound(resource: "limit", name: "none")) {
        try await store.acquireSlots(fixture.request(("none", 1), isStrict: true))
      }
      let session = SessionID(high: 4, low: 4)
      await #expect(throws: StoreError.notFound(resource: "session", name: "\(session)")) {
        try await store.acquireSlots(
          fixture.request(("api", 1), holder: SlotHolder("h", sessionID: session)))
      }
      // Limits that are not there are passed over.
      #expect(try await store.acquireSlots(fixture.request(("none", 1))).lease?.holds == [])
      let mixed = try await store.acquireSlots(fixture.request(("none", 1), ("api", 1)))
      #expect(mixed.lease?.holds.count == 1)
    }
  }

  @Test func theLineIsFairAndAllOrNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("a", 3)
      try await fixture.limit("b", 1)
      let holders = [fixture.request(("a", 1)), fixture.request(("a", 2), ("b", 1))]
      for holder in holders { #expect(try await store.acquireSlots(holder).lease != nil) }
      let large = fixture.request(("a", 3), ("b", 1))
      let small = fixture.request(("a", 1))
      let lone = fixture.request(("b", 1))
      #expect(try await store.acquireSlots(large).obstacle?.place == 1)
      #expect(try await store.acquireSlots(small).obstacle?.place == 2)
      #expect(try await store.acquireSlots(lone).obstacle?.place == 2)
      #expect(
        try await store.acquireSlots(fixture.request(("a", 1), waits: false)).obstacle?.place == 0)
      try await store.releaseLease(holders[0].id, in: fixture.namespace)
      // A slot of a is free now, and kept for the large one.
      #expect(try await fixture.serve() == 0)
      let listed = try await store.listLeases(LeaseQuery(namespace: fixture.namespace))
      #expect(listed.map(\.lease.id) == [holders[1].id, large.id, small.id, lone.id])
      #expect(listed.map(\.lease.place) == [0, 1, 2, 2])
      try await store.releaseLease(holders[1].id, in: fixture.namespace)
      #expect(try await fixture.serve() == 1)
      #expect(try await store.acquireSlots(large).lease?.holds.count == 2)
      #expect(try await store.acquireSlots(small).obstacle?.place == 1)
      try await store.releaseLease(large.id, in: fixture.namespace)
      #expect(try await fixture.serve() == 2)
      #expect(try await store.acquireSlots(small).lease != nil)
      #expect(try await store.acquireSlots(lone).lease != nil)
      // Leaving the line lets the next one through.
      let first = fixture.request(("a", 3))
      let second = fixture.request(("a", 1))
      _ = try await store.acquireSlots(first)
      _ = try await store.acquireSlots(second)
      #expect(try await fixture.serve() == 0)
      try await store.releaseLease(first.id, in: fixture.namespace)
      #expect(try await fixture.serve() == 1)
    }
  }

  @Test func listsByLimitHolderAndPage() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let a = try await fixture.limit("a", 2)
      try await fixture.limit("b", 1)
      let run = RunID.fresh()
      let requests = [
        fixture.request(("a", 1), holder: SlotHolder("one", runID: run)),
        fixture.request(("a", 1), holder: SlotHolder("two")),
        fixture.request(("b", 1), holder: SlotHolder("one")),
        fixture.request(("a", 1), holder: SlotHolder("one")),
        fixture.request(("a", 1), holder: SlotHolder("two")),
      ]
      for request in requests { _ = try await store.acquireSlots(request) }
      func list(_ query: LeaseQuery) async throws -> [LeaseID] {
        try await store.listLeases(query).map(\.lease.id)
      }
      var query = LeaseQuery(namespace: fixture.namespace, limit: a.id)
      #expect(try await list(query) == [0, 1, 3, 4].map { requests[$0].id })
      query.holder = "one"
      #expect(try await list(query) == [0, 3].map { requests[$0].id })
      #expect(
        try await list(LeaseQuery(namespace: fixture.namespace, runID: run)) == [requests[0].id])
      var pages: [LeaseID] = []
      var page = LeaseQuery(namespace: fixture.namespace, size: 2)
      repeat {
        let found = try await store.listLeases(page)
        pages += found.map(\.lease.id)
        page.after = try found.last.map { try LeaseQuery.Position($0.position.text) }
      } while page.after != nil
      #expect(pages == requests.map(\.id))
    }
  }

  @Test func slotsComeBackByTime() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("rate", 2, decay: 50)
      let first = fixture.request(("rate", 2), mode: .rate)
      let lease = try #require(try await store.acquireSlots(first).lease)
      #expect(lease.holds[0].returnTime != nil)
      // Neither the end of the lease nor its release brings them back sooner.
      try await store.releaseLease(first.id, in: fixture.namespace)
      let second = fixture.request(("rate", 2), mode: .rate)
      guard case .full(let full) = try await store.acquireSlots(second) else { return }
      #expect(full.delay.map { $0 <= .milliseconds(40) } == true)
      let shards = try await store.takeGranterShards(Granter.id, lease: .seconds(60))
      var count = try await fixture.serve()
      while count == 0 {
        // The granter learns from the row when to look again.
        let wait = try await store.timeToNextLine(of: shards.keys)
        #expect(wait != nil || count > 0)
        count = try await fixture.serve()
      }
      #expect(try await store.acquireSlots(second).lease != nil)
    }
  }

  private func ended(_ store: Store, _ request: SlotRequest) async throws -> Bool {
    do {
      _ = try await store.acquireSlots(request)
      return false
    } catch StoreError.failedPrecondition(let reason, _, _) {
      return reason == "LEASE_ENDED"
    }
  }

  /// One value that the database refuses, among many requests that come together.
  @Test func whatIsWrongWithOneRequestIsNobodyElses() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 100)
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT FROM slot_limit FOR UPDATE")
      var requests = (0..<40).map { _ in fixture.request(("api", 1)) }
      requests[20].actor = ""
      requests[30].items[0].slots = 101
      let tasks = requests.map { request in
        Task { try await fixture.store.acquireSlots(request) }
      }
      // All of them but the first have come while it waits for the limit.
      while fixture.store.acquisitions.count < requests.count { await Task.yield() }
      try await holder.end()
      for (index, task) in tasks.enumerated() {
        if index == 20 || index == 30 {
          await #expect(throws: StoreError.self) { try await task.value }
        } else {
          #expect(try await task.value.lease != nil)
        }
      }
      #expect(try await fixture.taken("api") == 38)
    }
  }

  /// Requests that come together share a transaction: they have one time, and places in the order in which they came.
  @Test func requestsThatComeTogetherAreDecidedTogether() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.limit("api", 2)
      let holder = try await Holder.begin(fixture.database)
      try await holder.script("SELECT FROM slot_limit FOR UPDATE")
      let requests = (0..<50).map { _ in fixture.request(("api", 1)) }
      var tasks: [Task<SlotAnswer, any Error>] = []
      for (index, request) in requests.enumerated() {
        tasks.append(Task { try await fixture.store.acquireSlots(request) })
        while fixture.store.acquisitions.count <= index { await Task.yield() }
      }
      try await holder.end()
      var places: [Int64] = []
      for task in tasks { places.append(try await task.value.obstacle?.place ?? 0) }
      #expect(places == [0, 0] + (1...48).map { Int64($0) })
      #expect(
        try await fixture.number(
          """
          SELECT count(DISTINCT create_time) FROM (SELECT create_time FROM limit_lease
            UNION ALL SELECT create_time FROM limit_waiter) l
          """) <= 2)
      let line = try await fixture.store.listLeases(LeaseQuery(namespace: fixture.namespace))
      #expect(line.map(\.lease.id).suffix(48) == requests.map(\.id).suffix(48))
      // Given back together, too; an unknown one is refused alone.
      let ids = requests.map(\.id) + [.fresh()]
      let failures = await withTaskGroup(of: Int.self) { group in
        for id in ids {
          group.addTask {
            do {
              try await fixture.store.releaseLease(id, in: fixture.namespace)
              return 0
            } catch { return 1 }
          }
        }
        return await group.reduce(0, +)
      }
      #expect(failures == 1)
      #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM limit_want") == 0)
    }
  }

  /// More than are looked at stand in front who can never be served.
  @Test func whoCanNeverBeServedHoldsUpNobody() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      try await fixture.limit("a", 1)
      let b = try await fixture.limit("b", 2)
      let holder = fixture.request(("a", 1))
      _ = try await store.acquireSlots(holder)
      for _ in 0..<40 { _ = try await store.acquireSlots(fixture.request(("a", 1), ("b", 2))) }
      let last = fixture.request(("a", 1))
      #expect(try await store.acquireSlots(last).obstacle?.place == 41)
      _ = try await store.updateLimit(
        .id(b.id), in: fixture.namespace, edit: SlotLimitEdit(slots: 1))
      try await store.releaseLease(holder.id, in: fixture.namespace)
      #expect(try await fixture.serve() == 1)
      #expect(try await store.acquireSlots(last).lease != nil)
    }
  }
}
