// Decides that a replica which is slow to offer what it took, and another which does not wait for it, never exceed a limit
// together.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct HoldTests {
  private static let lapse =
    "UPDATE work_item SET offer_until = now() - interval '1 s' WHERE taken_until IS NOT NULL"
  private static let taken = "SELECT count(*) FROM work_item WHERE standing = 2"

  /// A pool with room for one run, and two replicas, of which the first took one of two runs and then stood still.
  private func standstill(
    pool: PoolEdit = PoolEdit(concurrency: .limited(1)), limit: Int? = nil,
    _ body: (WorkFixture, DispatchRound.Taken, SessionID, Store) async throws -> Void
  ) async throws {
    try await WorkFixture.with(pool: pool) { fixture in
      let deployment = try await fixture.deployment("d", limit: limit)
      _ = try await fixture.runs(2, of: deployment)
      let slow = try await fixture.worker("slow")
      let round = try await fixture.store.dispatch(fixture.pool.id, to: [slow.ready], limit: 9)
      let held = try #require(round.taken.first)
      #expect(round.taken.count == 1)
      let other = try await fixture.base.otherStore()
      try await body(fixture, held, slow.session, other)
      await other.shutdown()
    }
  }

  private func offer(
    _ held: DispatchRound.Taken, to session: SessionID, by store: Store
  ) async throws -> CommandAnswer.Result {
    try await store.transitions.submit(
      [.offer(Offer(runID: held.runID, sessionID: session, hold: held.hold))])[0].result
  }

  /// What another replica hands out beside a run that is held.
  private func serve(
    beside held: DispatchRound.Taken, in fixture: WorkFixture, by other: Store
  ) async throws -> Int {
    let worker = try await fixture.worker("w", store: other)
    let round = try await other.dispatch(
      fixture.pool.id, to: [worker.ready], excluding: [held.runID], limit: 9)
    var served = 0
    for taken in round.taken {
      guard case .verdict(.accepted, _) = try await offer(taken, to: worker.session, by: other)
      else { continue }
      served += 1
    }
    return served
  }

  @Test func whatIsOfferedTooLateIsNotOffered() async throws {
    try await standstill { fixture, held, session, other in
      #expect(try await serve(beside: held, in: fixture, by: other) == 0)
      try await fixture.base.sql(Self.lapse)
      #expect(try await serve(beside: held, in: fixture, by: other) == 1)
      #expect(try await offer(held, to: session, by: fixture.store) == .unchanged)
      #expect(try await fixture.base.number(Self.taken) == 1)
      #expect(try await fixture.store.run(held.runID, in: .standard).state.type == .scheduled)
    }
  }

  @Test func theLimitOfADeploymentHoldsAsWell() async throws {
    try await standstill(pool: PoolEdit(), limit: 1) { fixture, held, session, other in
      try await fixture.base.sql(Self.lapse)
      #expect(try await serve(beside: held, in: fixture, by: other) == 1)
      #expect(try await offer(held, to: session, by: fixture.store) == .unchanged)
      #expect(try await fixture.base.number(Self.taken) == 1)
    }
  }

  @Test func whoIsLateButFirstHasTheRun() async throws {
    try await standstill { fixture, held, session, other in
      try await fixture.base.sql(Self.lapse)
      guard case .verdict(.accepted, _) = try await offer(held, to: session, by: fixture.store)
      else {
        Issue.record("nobody had taken it away")
        return
      }
      let worker = try await fixture.worker("w", store: other)
      #expect(try await fixture.serve(worker, store: other).isEmpty)
      #expect(try await fixture.base.number(Self.taken) == 1)
    }
  }

  @Test func givingBackLateTakesNothingFromOthers() async throws {
    try await standstill { fixture, held, _, other in
      try await fixture.base.sql(Self.lapse)
      let worker = try await fixture.worker("w", store: other)
      let round = try await other.dispatch(fixture.pool.id, to: [worker.ready], limit: 9)
      let again = try #require(round.taken.first)
      #expect(again.runID == held.runID)
      #expect(again.hold != held.hold)
      try await fixture.store.releaseOffers([held])
      guard case .verdict(.accepted, _) = try await offer(again, to: worker.session, by: other)
      else {
        Issue.record("somebody else's hold was given back")
        return
      }
    }
  }

  @Test func aHoldThatNobodyUsesEndsInPoolsThatNobodyServes() async throws {
    try await standstill { fixture, _, _, other in
      #expect(try await other.withdrawLapsedOffers(limit: 9) == 0)
      let held = "SELECT count(*) FROM work_item WHERE taken_until IS NOT NULL"
      #expect(try await fixture.base.number(held) == 1)
      try await fixture.base.sql(Self.lapse)
      #expect(try await other.withdrawLapsedOffers(limit: 9) == 0)
      #expect(try await fixture.base.number(held) == 0)
    }
  }

  @Test func aHoldOutlivesThatItsRunIsLate() async throws {
    try await standstill { fixture, held, session, _ in
      _ = try await fixture.store.transitions.submit(.hold(held.runID))
      guard case .verdict(.accepted, _) = try await offer(held, to: session, by: fixture.store)
      else {
        Issue.record("the hold was lost")
        return
      }
    }
  }
}
