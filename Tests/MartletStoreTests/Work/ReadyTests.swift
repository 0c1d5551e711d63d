// Decides that runs which no worker may have do not stand in the way of those behind them, however many they are.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ReadyTests {
  /// More than is looked at in front of a queue for a worker that would take ten.
  private static let crowd = 300

  @Test func aWorkerOfNamedDeploymentsFindsTheirRunsBehindAll() async throws {
    try await WorkFixture.with { fixture in
      let crowd = try await fixture.deployment("crowd")
      let named = try await fixture.deployment("named")
      _ = try await fixture.runs(Self.crowd, of: crowd)
      let runs = try await fixture.runs(12, of: named)
      let worker = try await fixture.worker("w", deployments: ["flow/named"])
      #expect(try await Set(fixture.serve(worker)) == Set(runs.prefix(10)))
      #expect(try await Set(fixture.serve(worker)) == Set(runs.suffix(2)))
      #expect(try await fixture.serve(worker).isEmpty)
      let byID = try await fixture.worker("v", deployments: ["\(crowd)"])
      #expect(try await fixture.serve(byID).count == 10)
    }
  }

  @Test func aWorkerWithoutLabelsFindsWhatIsBehindThoseThatWantSome() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      _ = try await fixture.runs(Self.crowd, of: deployment, labels: ["gpu": "true"])
      let plain = try await fixture.runs(3, of: deployment)
      #expect(try await Set(fixture.serve(fixture.worker("p"))) == Set(plain))
    }
  }

  @Test func fullAndPausedDeploymentsDoNotHideOthers() async throws {
    try await WorkFixture.with { fixture in
      let full = try await fixture.deployment("full", limit: 1)
      let paused = try await fixture.deployment("paused")
      let free = try await fixture.deployment("free")
      try await fixture.base.sql("UPDATE deployment SET is_paused = true WHERE name = 'paused'")
      let first = try await fixture.runs(Self.crowd, of: full)
      _ = try await fixture.runs(Self.crowd, of: paused)
      let last = try await fixture.runs(4, of: free)
      let worker = try await fixture.worker("w")
      let had = try await fixture.serve(worker) + fixture.serve(worker)
      #expect(Set(had) == Set(first.prefix(1) + last))
    }
  }

  @Test func manyKindsAreServedByDueTime() async throws {
    try await WorkFixture.with { fixture in
      let crowd = try await fixture.deployment("crowd")
      _ = try await fixture.runs(Self.crowd, of: crowd)
      var runs: [RunID] = []
      var names: [String] = []
      for index in 0..<15 {
        names.append("flow/n\(index)")
        runs += try await fixture.runs(1, of: fixture.deployment("n\(index)"))
      }
      let worker = try await fixture.worker("w", deployments: names)
      #expect(try await Set(fixture.serve(worker)) == Set(runs.prefix(10)))
    }
  }

  @Test func whoLooksFindsWhatAsksForJustItsLabelsAndTakesNothing() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(3))) { fixture in
      let labels = ["prefect": "3"]
      let full = try await fixture.deployment("full", limit: 1)
      let free = try await fixture.deployment("free")
      _ = try await fixture.runs(Self.crowd, of: free)
      let limited = try await fixture.runs(2, of: full, labels: labels)
      let wanted = try await fixture.runs(3, of: free, labels: labels)
      _ = try await fixture.runs(1, of: free, labels: ["prefect": "3", "gpu": "true"])
      let looker = Dispatch.Worker(
        id: WorkerID(RunID.fresh().value), credit: 10, labels: labels, isExclusive: true)
      for _ in 0..<2 {
        let ready = try await fixture.store.readyRuns(of: fixture.pool.id, for: looker)
        // The pool has room for three, of which the first deployment has room for one.
        #expect(ready.map(\.runID) == [limited[0], wanted[0]])
      }
      #expect(try await fixture.serve(fixture.worker("w")).count == 3)
      #expect(try await fixture.store.readyRuns(of: fixture.pool.id, for: looker).isEmpty)
    }
  }

  @Test func aQueueThatNobodyServesIsNotRead() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      _ = try await fixture.store.createQueue("mine", of: "pool", in: .standard)
      _ = try await fixture.runs(Self.crowd, of: deployment)
      let mine = try await fixture.runs(2, of: deployment, queue: fixture.queue("mine"))
      let worker = try await fixture.worker("w", queues: ["mine"])
      let round = try await fixture.store.dispatch(fixture.pool.id, to: [worker.ready], limit: 9)
      #expect(Set(round.taken.map(\.runID)) == Set(mine))
      // What waits elsewhere is nothing that this worker could come back for at once.
      #expect(round.nextReady == nil)
    }
  }
}
