// Decides that each run is offered once, in order, to who may have it, and that limits hold with several replicas.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct DispatchTests {
  @Test func twoReplicasKeepTheLimitOfAPoolAndOfferEachRunOnce() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(3))) { fixture in
      let deployment = try await fixture.deployment("d")
      let runs = try await fixture.runs(50, of: deployment)
      // Every commit that takes or gives back notes how many are taken.
      try await fixture.base.sql(
        """
        CREATE TABLE seen (taken bigint);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO seen SELECT count(*) FROM work_item
            WHERE standing = 2 OR taken_until IS NOT NULL;
          RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON work_item DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION note()
        """)
      let other = try await fixture.base.otherStore()
      let stores = [fixture.store, other]
      let offered = try await withThrowingTaskGroup(of: [RunID].self) { group in
        for (index, store) in stores.enumerated() {
          group.addTask {
            let worker = try await fixture.worker("w\(index)", store: store)
            var had: [RunID] = []
            while true {
              let offers = try await fixture.serve(worker, store: store)
              had += offers
              _ = try await store.transitions.submit(
                offers.map {
                  .cancel(Cancellation(namespace: .standard, runID: $0, actor: "t"))
                })
              if offers.isEmpty,
                try await fixture.base.number("SELECT count(*) FROM work_item") == 0
              {
                return had
              }
            }
          }
        }
        var all: [RunID] = []
        for try await part in group { all += part }
        return all
      }
      #expect(offered.count == 50)
      #expect(Set(offered) == Set(runs))
      #expect(try await fixture.base.number("SELECT count(*) FROM seen") > 50)
      #expect(try await fixture.base.number("SELECT max(taken) FROM seen") <= 3)
      await other.shutdown()
    }
  }

  @Test func queuesAreServedByPriorityAndClosedOnesNot() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      _ = try await fixture.store.createQueue("low", of: "pool", in: .standard)
      _ = try await fixture.store.createQueue(
        "narrow", of: "pool", in: .standard,
        content: PoolEdit(priority: 1, concurrency: .limited(1)))
      _ = try await fixture.store.createQueue(
        "closed", of: "pool", in: .standard, content: PoolEdit(isPaused: true))
      let low = try await fixture.runs(2, of: deployment, queue: fixture.queue("low"))
      let narrow = try await fixture.runs(2, of: deployment, queue: fixture.queue("narrow"))
      let first = try await fixture.runs(1, of: deployment)
      _ = try await fixture.runs(1, of: deployment, queue: fixture.queue("closed"))
      let worker = try await fixture.worker("w", credit: 3)
      #expect(try await Set(fixture.serve(worker)) == [narrow[0], first[0], low[0]])
      #expect(try await fixture.serve(worker) == [low[1]])
      _ = try await fixture.store.updatePool(
        "pool", in: .standard, edit: PoolEdit(isPaused: true))
      _ = try await fixture.runs(1, of: deployment)
      #expect(try await fixture.serve(worker).isEmpty)
      let pool = try await fixture.store.pool("pool", in: .standard)
      #expect(pool.taken == 4)
      #expect(pool.waiting == 3)
      #expect(pool.online == 1)
    }
  }

  @Test func limitsOfDeploymentsGatesAndPausesDoNotBlockOthers() async throws {
    try await WorkFixture.with { fixture in
      let limited = try await fixture.deployment("limited", limit: 2)
      let paused = try await fixture.deployment("paused")
      let free = try await fixture.deployment("free")
      try await fixture.base.sql("UPDATE deployment SET is_paused = true WHERE name = 'paused'")
      let bounded = try await fixture.runs(5, of: limited)
      _ = try await fixture.runs(5, of: paused)
      _ = try await fixture.runs(5, of: free, gate: .undecided)
      let last = try await fixture.runs(2, of: free)
      let worker = try await fixture.worker("w", credit: 4)
      var had = try await fixture.serve(worker)
      had += try await fixture.serve(worker)
      #expect(Set(had) == Set(bounded.prefix(2) + last))
      let blocked = try await fixture.store.blockedRuns(of: fixture.pool.id, limit: 10)
      #expect(Set(blocked.map(\.runID)) == Set(bounded.dropFirst(2)))
      _ = try await fixture.store.transitions.submit(blocked.map { .hold($0.runID) })
      #expect(try await fixture.store.blockedRuns(of: fixture.pool.id, limit: 10).isEmpty)
      _ = try await fixture.store.transitions.submit(
        .cancel(Cancellation(namespace: .standard, runID: bounded[0], actor: "t")))
      #expect(try await fixture.serve(worker) == [bounded[2]])
      // One that was called so, was offered and came back is called so again.
      _ = try await fixture.store.transitions.submit([
        .withdrawOffer(Offer(runID: bounded[2], sessionID: nil, epoch: 1))
      ])
      #expect(Set(try await fixture.serve(worker)).isSubset(of: bounded.dropFirst(3)))
      let again = try await fixture.store.blockedRuns(of: fixture.pool.id, limit: 10)
      #expect(again.map(\.runID) == [bounded[2]])
    }
  }

  @Test func onlyWorkersWithTheLabelsQueuesAndDeploymentsAreOffered() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let other = try await fixture.deployment("e")
      let plain = try await fixture.runs(1, of: deployment)
      let gpu = try await fixture.runs(1, of: deployment, labels: ["gpu": "true"])
      let served = try await fixture.runs(1, of: other)
      #expect(
        try await fixture.serve(fixture.worker("q", queues: ["none"])).isEmpty)
      #expect(
        try await fixture.serve(fixture.worker("s", deployments: ["flow/e"])) == served)
      #expect(try await fixture.serve(fixture.worker("p")) == plain)
      #expect(
        try await fixture.serve(fixture.worker("g", labels: ["gpu": "true", "zone": "a"])) == gpu)
    }
  }

  @Test func aWorkerThatLeavesOrCameAgainIsOfferedNothing() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let runs = try await fixture.runs(1, of: deployment)
      let old = try await fixture.worker("w")
      let new = try await fixture.worker("w")
      let round = try await fixture.store.dispatch(fixture.pool.id, to: [old.ready], limit: 9)
      #expect(round.taken.isEmpty)
      #expect(round.gone == [old.ready.worker.id])
      _ = try await fixture.store.drainWorker("w", of: "pool", in: .standard)
      #expect(try await fixture.serve(new).isEmpty)
      #expect(try await fixture.serve(fixture.worker("v")) == runs)
      // It came with a new session: nobody wants it to leave any more.
      let again = try await fixture.store.enterWorker(
        WorkerIdentity(name: "w", sessionID: SessionID(RunID.fresh().value)), pool: fixture.pool)
      #expect(!again.isDraining)
    }
  }

  /// A short function may have failed and wait for its next attempt before its worker's word is written.
  @Test func aRunThatWaitsForItsNextAttemptIsStillItsExecutors() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let run = try await fixture.runs(1, of: deployment)[0]
      let worker = try await fixture.worker("w")
      #expect(try await fixture.serve(worker) == [run])
      try await fixture.base.sql(
        """
        UPDATE run_state SET state_type = 1, state_name = 'AwaitingRetry', execution_id = gen_random_uuid()
        WHERE id = '\(run)'
        """)
      #expect(try await fixture.store.acceptOffers([(run, 1)]).isEmpty)
      try await fixture.base.sql("UPDATE run_state SET execution_id = NULL WHERE id = '\(run)'")
      #expect(try await fixture.store.acceptOffers([(run, 1)]).map(\.run) == [run])
    }
  }

  @Test func aLapsedOfferAndALostWorkerGiveRunsBack() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let runs = try await fixture.runs(3, of: deployment)
      let worker = try await fixture.worker("w")
      #expect(try await fixture.serve(worker).count == 3)
      #expect(try await fixture.store.acceptOffers([(runs[0], 1), (runs[1], 1)]).isEmpty)
      #expect(try await fixture.store.withdrawLapsedOffers(limit: 10) == 0)
      try await fixture.base.sql(
        "UPDATE work_item SET offer_until = now() - interval '1 s' WHERE offer_until IS NOT NULL")
      #expect(try await fixture.store.withdrawLapsedOffers(limit: 10) == 1)
      let other = try await fixture.worker("x")
      #expect(try await fixture.serve(other) == [runs[2]])
      // Who hears of it late is told.
      #expect(try await fixture.store.acceptOffers([(runs[2], 1)]).map(\.run) == [runs[2]])
      try await fixture.store.endWorkerSession(worker.session, in: .standard)
      #expect(try await Set(fixture.serve(other)) == Set(runs.prefix(2)))
    }
  }

  @Test func anExecutorThatNeverBeginsEndsTheRunAfterThreeTimes() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let run = try await fixture.runs(1, of: deployment)[0]
      let worker = try await fixture.worker("w")
      for epoch in Int64(1)...3 {
        #expect(try await fixture.serve(worker) == [run])
        let exit = ExecutorExit(runID: run, epoch: epoch, exitCode: 127, message: "no such file")
        try await fixture.store.executorEnded(exit, in: .standard)
        // Told twice, it counts once.
        try await fixture.store.executorEnded(exit, in: .standard)
      }
      let record = try await fixture.store.run(run, in: .standard)
      #expect(record.state.name == "InfrastructureFailed")
      #expect(record.state.message.contains("no such file"))
      #expect(try await fixture.base.number("SELECT count(*) FROM work_item") == 0)
    }
  }

  @Test func anExecutorThatHadBegunIsLostAtOnce() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let id = try await fixture.runs(1, of: deployment)[0]
      _ = try await fixture.serve(fixture.worker("w"))
      let session = SessionID(RunID.fresh().value)
      _ = try await fixture.store.openSession(session, in: .standard, holder: "e", actor: "t")
      let run = TestRun(id: id, session: session)
      let started = try await fixture.store.transitions.submit(run.propose(.running, seq: 1))
      #expect(started.code == .accepted)
      try await fixture.store.executorEnded(
        ExecutorExit(runID: id, epoch: 1, sessionID: session, signal: 9), in: .standard)
      #expect(try await fixture.store.run(id, in: .standard).state.type == .crashed)
    }
  }

  @Test func aTemplateIsWhatItSaysInWhateverOrder() async throws {
    try await WorkFixture.with { fixture in
      let store = fixture.store
      let variables = #""properties": {"a": {"type": "string"}, "b": {"default": 1}}"#
      let texts = [
        "{\"variables\": {\"type\": \"object\", \(variables)}}",
        "{\"variables\": {\(variables), \"type\": \"object\"}}",
      ]
      var isRepeat: [Bool] = []
      for text in texts {
        let content = PoolEdit(template: try JobTemplate(text: text))
        let made = try await store.createPool(
          "typed", type: "own", in: .standard, content: content, actor: "t")
        isRepeat.append(made.isDuplicate)
      }
      #expect(isRepeat == [false, true])
      let other = PoolEdit(template: try JobTemplate(text: "{}"))
      await #expect(throws: StoreError.alreadyExists(resource: "pool", name: "typed")) {
        try await store.createPool("typed", type: "own", in: .standard, content: other, actor: "t")
      }
    }
  }

  @Test func poolsAndQueuesAreGuarded() async throws {
    try await WorkFixture.with { fixture in
      let store = fixture.store
      let again = try await store.createPool("pool", type: "process", in: .standard, actor: "t")
      #expect(again.isDuplicate)
      await #expect(throws: StoreError.alreadyExists(resource: "pool", name: "pool")) {
        try await store.createPool("pool", type: "docker", in: .standard, actor: "t")
      }
      await #expect(throws: StoreError.etagMismatch(current: 1)) {
        try await store.updatePool(
          "pool", in: .standard, edit: PoolEdit(isPaused: true), etag: 7)
      }
      let deployment = try await fixture.deployment("d")
      let queue = try await store.createQueue("q", of: "pool", in: .standard).queue
      #expect(queue.priority == 2)
      let run = try await fixture.runs(1, of: deployment, queue: queue.id)
      try await store.deleteQueue("q", of: "pool", in: .standard)
      #expect(try await fixture.serve(fixture.worker("w")) == run)
      // One that was being made at that moment, or is tried again.
      let stray = try await fixture.runs(1, of: deployment, queue: queue.id)
      #expect(try await fixture.serve(fixture.worker("v")) == stray)
      await #expect(throws: StoreError.self) {
        try await store.deleteQueue("default", of: "pool", in: .standard)
      }
      let refused = await #expect(throws: StoreError.self) {
        try await store.deletePool("pool", in: .standard)
      }
      guard case .failedPrecondition("POOL_IN_USE", _, _)? = refused else {
        throw InvalidValue("refused", "is \(refused as Any)")
      }
      await #expect(throws: StoreError.self) {
        try await store.deleteWorker("w", of: "pool", in: .standard)
      }
      // The first start makes its pool once only, whatever became of it.
      try await store.createFirstPool(in: .standard)
      try await store.deletePool("default-agent-pool", in: .standard)
      try await store.createFirstPool(in: .standard)
      #expect(try await store.listPools(in: .standard, limit: 9).map(\.name) == ["pool"])
    }
  }
}

@Suite(.timeLimit(.minutes(10))) struct WorkExplanationTests {
  @Test func itIsSaidWhatARunWaitsFor() async throws {
    try await WorkFixture.with(pool: PoolEdit(concurrency: .limited(1))) { fixture in
      let deployment = try await fixture.deployment("d")
      func explain(_ run: RunID) async throws -> RunExplanation {
        RunExplanation(try await fixture.store.explain(run, in: .standard).facts)
      }
      let runs = try await fixture.runs(2, of: deployment, labels: ["gpu": "true"])
      var said = try await explain(runs[0])
      #expect(
        said.summary
          == "It starts when a worker of pool connects, such as by `martlet worker start --pool pool`."
      )
      _ = try await fixture.worker("plain")
      said = try await explain(runs[0])
      #expect(said.summary == "It starts when a worker with gpu=true connects.")
      #expect(said.gates.last?.summary == "1 online, none has gpu=true")
      let worker = try await fixture.worker("g", labels: ["gpu": "true"])
      #expect(try await fixture.serve(worker) == [runs[0]])
      said = try await explain(runs[1])
      #expect(
        said.summary
          == "It starts when a slot of the pool pool comes free and a worker has room for it.")
      let pool = try #require(said.gates.first { $0.subject == "pool (pool)" })
      #expect(pool.summary == "1 of 1 slots taken")
      #expect(pool.references.count == 1)
      _ = try await fixture.store.updatePool(
        "pool", in: .standard, edit: PoolEdit(concurrency: .unlimited, isPaused: true))
      said = try await explain(runs[1])
      #expect(said.gates.contains { $0.kind == .pause && $0.summary == "its pool is paused" })
      #expect(said.gates.contains { $0.summary == "1 with workers, place 1 in line" })
    }
  }

  @Test func itIsSaidWhoSentARunBackAndWhy() async throws {
    try await WorkFixture.with { fixture in
      let deployment = try await fixture.deployment("d")
      let run = try await fixture.runs(1, of: deployment)[0]
      let worker = try await fixture.worker("w")
      func owner() async throws -> String? {
        RunExplanation(try await fixture.store.explain(run, in: .standard).facts)
          .gates.last?.summary
      }
      #expect(try await fixture.serve(worker) == [run])
      // Of another epoch it is not said.
      try await fixture.store.declineOffer(
        run, epoch: 7, in: .standard, by: "w", reason: "no disk")
      try await fixture.store.declineOffer(
        run, epoch: 1, in: .standard, by: "w", reason: "no git here")
      #expect(try await owner() == "1 worker online may take it; w sent it back: no git here")
      #expect(try await fixture.serve(worker) == [run])
      #expect(try await fixture.store.acceptOffers([(run, 2)]).isEmpty)
      _ = try await fixture.store.transitions.submit(
        .withdrawOffer(Offer(runID: run, sessionID: nil, epoch: 2)))
      #expect(try await owner() == "1 worker online may take it")
    }
  }
}
