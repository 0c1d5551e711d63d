// Decides what becomes of runs that a worker took before it came again: those that it has no executor of go back, unless they
// have begun.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ReturnTests {
  private static let open = "SELECT count(*) FROM work_item WHERE offer_until IS NOT NULL"
  private static let lapse =
    "UPDATE work_item SET offer_until = now() - interval '1 s' WHERE offer_until IS NOT NULL"

  /// Runs that a worker has taken.
  private func taken(
    _ count: Int, _ fixture: WorkFixture
  ) async throws -> (runs: [RunID], worker: WorkerID) {
    let runs = try await fixture.runs(count, of: fixture.deployment("d"))
    let worker = try await fixture.worker("w")
    #expect(try await fixture.serve(worker) == runs)
    #expect(try await fixture.store.acceptOffers(runs.map { ($0, 1) }).isEmpty)
    #expect(try await fixture.base.number(Self.open) == 0)
    return (runs, worker.ready.worker.id)
  }

  @Test func whatItDoesNotKnowAnyMoreGoesBack() async throws {
    try await WorkFixture.with { fixture in
      let (runs, worker) = try await taken(3, fixture)
      let store = fixture.store
      // Another epoch of a run is another run to it.
      try await store.doubtOffers(of: worker, but: [(runs[0], 1), (runs[1], 2)])
      #expect(try await store.withdrawLapsedOffers(limit: 9) == 0)
      try await fixture.base.sql(Self.lapse)
      #expect(try await store.withdrawLapsedOffers(limit: 9) == 2)
      let states = try await runs.states(in: store)
      #expect(states == [.pending, .scheduled, .scheduled])
    }
  }

  @Test func whatItTakesOnceMoreIsItsAgain() async throws {
    try await WorkFixture.with { fixture in
      let (runs, worker) = try await taken(1, fixture)
      try await fixture.store.doubtOffers(of: worker, but: [])
      #expect(try await fixture.base.number(Self.open) == 1)
      #expect(try await fixture.store.acceptOffers([(runs[0], 1)]).isEmpty)
      #expect(try await fixture.base.number(Self.open) == 0)
    }
  }

  @Test func whatHasBegunStays() async throws {
    try await WorkFixture.with { fixture in
      let (runs, worker) = try await taken(2, fixture)
      let store = fixture.store
      let begun = try await store.transitions.submit(TestRun(id: runs[0]).propose(.running, seq: 1))
      #expect(begun.code == .accepted)
      try await store.doubtOffers(of: worker, but: [])
      #expect(try await fixture.base.number(Self.open) == 1)
      // Also what begins in the meantime.
      let late = try await store.transitions.submit(TestRun(id: runs[1]).propose(.running, seq: 1))
      #expect(late.code == .accepted)
      #expect(try await fixture.base.number(Self.open) == 0)
      #expect(try await runs.states(in: store) == [.running, .running])
    }
  }
}

extension [RunID] {
  fileprivate func states(in store: Store) async throws -> [StateType] {
    var states: [StateType] = []
    for run in self { states.append(try await store.run(run, in: .standard).state.type) }
    return states
  }
}
