// Decides that the limit of a deployment holds when its runs stand in several pools, as after a move to another one.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeploymentLimitTests {
  /// The same fixture with another pool, whose runs are of the same deployment.
  private func elsewhere(_ fixture: WorkFixture) async throws -> WorkFixture {
    let made = try await fixture.store.createPool(
      "other", type: "process", in: .standard, actor: "t")
    return WorkFixture(base: fixture.base, pool: made.pool)
  }

  @Test func aRoundThatIsNotOverCountsInTheOtherPool() async throws {
    try await WorkFixture.with { here in
      let there = try await elsewhere(here)
      let deployment = try await here.deployment("d", limit: 1)
      let mine = try await here.runs(1, of: deployment)
      let theirs = try await there.runs(1, of: deployment)
      let worker = try await here.worker("a")
      let other = try await here.base.otherStore()
      let second = try await there.worker("b", store: other)
      // The first round has decided, and stops before its commit.
      try await here.base.sql(
        """
        CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
        CREATE TRIGGER stop BEFORE UPDATE ON work_item FOR EACH ROW
          WHEN (NEW.pool_id = '\(here.pool.id)') EXECUTE FUNCTION stop()
        """)
      let holder = try await Holder.begin(here.base.database)
      try await holder.script("SELECT pg_advisory_xact_lock(7)")
      async let first = here.store.dispatch(here.pool.id, to: [worker.ready], limit: 9)
      try await holder.waitUntilSomeoneWaits()
      let crossing = try await other.dispatch(there.pool.id, to: [second.ready], limit: 9)
      #expect(crossing.taken.isEmpty)
      // It looks again soon, for the limit may have come free.
      let pause = try #require(crossing.nextReady)
      #expect(pause > .zero && pause < .seconds(1))
      try await holder.end()
      let round = try await first
      #expect(round.taken.map(\.runID) == mine)
      #expect(try await other.dispatch(there.pool.id, to: [second.ready], limit: 9).taken.isEmpty)
      // What waits in the pool that the deployment has left is said to wait, too.
      #expect(try await other.blockedRuns(of: there.pool.id, limit: 9).map(\.runID) == theirs)
      _ = try await here.store.transitions.submit(
        .cancel(Cancellation(namespace: .standard, runID: mine[0], actor: "t")))
      #expect(try await there.serve(second, store: other) == theirs)
      await other.shutdown()
    }
  }

  @Test func twoDispatchersOfTwoPoolsNeverExceedIt() async throws {
    try await WorkFixture.with { here in
      let there = try await elsewhere(here)
      let deployment = try await here.deployment("d", limit: 2)
      _ = try await here.runs(25, of: deployment)
      _ = try await there.runs(25, of: deployment)
      try await here.base.sql(
        """
        CREATE TABLE seen (taken bigint);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO seen SELECT count(*) FROM work_item WHERE standing = 2 OR taken_until IS NOT NULL;
          RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON work_item DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION note()
        """)
      let other = try await here.base.otherStore()
      let offered = try await withThrowingTaskGroup(of: Int.self) { group in
        for (side, store) in [(here, here.store), (there, other)] {
          group.addTask {
            let worker = try await side.worker("w\(side.pool.name)", store: store)
            var had = 0
            while try await side.base.number(
              "SELECT count(*) FROM work_item WHERE pool_id = '\(side.pool.id)'") > 0
            {
              let offers = try await side.serve(worker, store: store)
              had += offers.count
              _ = try await store.transitions.submit(
                offers.map { .cancel(Cancellation(namespace: .standard, runID: $0, actor: "t")) })
            }
            return had
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(offered == 50)
      #expect(try await here.base.number("SELECT max(taken) FROM seen") <= 2)
      await other.shutdown()
    }
  }
}
