// Decides that limits of pools, queues and deployments are followed, and their holders and lines shown, as all others are.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkLeaseTests {
  private func leases(
    _ fixture: WorkFixture, _ reference: LimitReference,
    _ change: (inout LeaseQuery) -> Void = { _ in }
  ) async throws -> [ListedLease] {
    let limit = try await fixture.store.limit(reference, in: .standard)
    var query = LeaseQuery(namespace: .standard, size: 100)
    query.limit = limit.id
    change(&query)
    return try await fixture.store.listWorkLeases(query, of: limit)
  }

  @Test func holdersComeFirstAndThenTheLine() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(2))) { fixture in
      let deployment = try await fixture.deployment("d", limit: 7)
      _ = try await fixture.store.createQueue(
        "first", of: "pool", in: .standard,
        content: PoolEdit(priority: 1, concurrency: .limited(5)))
      try await fixture.base.sql("UPDATE queue SET priority = 2 WHERE name = 'default'")
      let low = try await fixture.runs(3, of: deployment)
      let high = try await fixture.runs(2, of: deployment, queue: fixture.queue("first"))
      let worker = try await fixture.worker("w")
      let served = try await fixture.serve(worker)
      #expect(Set(served) == Set(high))
      let inPool = try await leases(fixture, .named(.pool, "pool"))
      #expect(inPool.map(\.lease.holder.runID) == (served.sorted() + low).map(Optional.some))
      #expect(inPool.map(\.lease.state) == [.held, .held, .waiting, .waiting, .waiting])
      #expect(inPool.map(\.lease.place) == [0, 0, 1, 2, 3])
      #expect(inPool[0].lease.actor == "worker:w")
      #expect(inPool[0].lease.grantTime != nil && inPool[2].lease.grantTime == nil)
      let inQueue = try await leases(fixture, .named(.queue, "pool/first"))
      #expect(Set(inQueue.compactMap { $0.lease.holder.runID }) == Set(high))
      let ofDeployment = try await leases(fixture, .named(.deployment, "flow/d"))
      #expect(ofDeployment.map(\.lease.holder.runID) == inPool.map(\.lease.holder.runID))
      // Page by page it is the same, and one run is found alone.
      var pages: [ListedLease] = []
      while true {
        let page = try await leases(fixture, .named(.pool, "pool")) {
          $0.after = pages.last?.position
          $0.size = 2
        }
        if page.isEmpty { break }
        pages += page
      }
      #expect(pages.map(\.lease) == inPool.map(\.lease))
      let alone = try await leases(fixture, .named(.pool, "pool")) { $0.runID = low[1] }
      #expect(alone.map(\.lease.place) == [2])
    }
  }

  @Test func limitsOfAllScopesAreFoundTogether() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(2))) { fixture in
      _ = try await fixture.deployment("d", limit: 7)
      _ = try await fixture.store.createLimit(
        "api", in: .standard, content: SlotLimitEdit(slots: 3), actor: "t")
      let pool = LimitID(fixture.pool.id.value)
      let found = try await fixture.store.limits(
        [
          .named(.global, "api"), .named(.deployment, "flow/d"), .named(.pool, "pool"), .id(pool),
          .named(.queue, "pool/default"),
        ], in: .standard)
      #expect(found.map(\.scope) == [.global, .deployment, .pool])
      #expect(found.map(\.slots) == [3, 7, 2])
    }
  }

  @Test func aDispatchTellsThoseWhoFollowLimits() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(2))) { fixture in
      let deployment = try await fixture.deployment("d")
      _ = try await fixture.runs(1, of: deployment)
      let changes = fixture.store.limitSignals.changes
      while await changes.wait(atMost: .zero) {}
      #expect(try await fixture.serve(fixture.worker("w")).count == 1)
      #expect(await changes.wait(atMost: .seconds(30)))
    }
  }
}
