// Decides that what is ready reaches workers through the dispatchers of several replicas, once each and at once, and what
// becomes of it when workers decline, die or are replaced, and when a run cannot be started.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct DispatcherTests {
  @Test func aWorkerIsOfferedWhatIsRenderedForIt() async throws {
    try await DispatchFixture.with { fixture in
      let run = try await fixture.runs(1)[0]
      let worker = try await fixture.worker("w", credit: 1)
      _ = try await fixture.dispatcher.pass()
      let offer = try #require(worker.sink.offers.first)
      #expect(offer.record.id == run)
      #expect(offer.epoch == 1)
      guard case .process(let process) = offer.launch else {
        Issue.record("no process: \(offer.launch)")
        return
      }
      #expect(process.command == ["/bin/sh", "-c", "true"])
      #expect(process.environment == ["RUN": "1"])
      #expect(try await fixture.base.state(of: run) == .pending)
      // Its credit is used up.
      _ = try await fixture.runs(1)
      _ = try await fixture.dispatcher.pass()
      #expect(worker.sink.offers.count == 1)
      fixture.hub.credit(worker.guest, 1)
      _ = try await fixture.dispatcher.pass()
      #expect(worker.sink.offers.count == 2)
    }
  }

  @Test func twoReplicasServeTheirOwnWorkers() async throws {
    try await DispatchFixture.with { fixture in
      let other = Store(fixture.base.database.configuration, logger: TestCluster.silent)
      try await other.waitUntilConnected()
      let hub = WorkerHub(wake: {})
      let second = Dispatcher(
        EngineContext(other, logger: TestCluster.silent), hub: hub)
      let mine = try await fixture.worker("a", credit: 60)
      let theirs = try await fixture.worker("b", credit: 60, hub: hub, store: other)
      let runs = try await fixture.runs(100)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for dispatcher in [fixture.dispatcher, second] {
          group.addTask {
            while mine.sink.offers.count + theirs.sink.offers.count < 100 {
              _ = try await dispatcher.pass()
            }
          }
        }
        try await group.waitForAll()
      }
      let had = mine.sink.offers.map(\.record.id) + theirs.sink.offers.map(\.record.id)
      #expect(had.count == 100)
      #expect(Set(had) == Set(runs))
      #expect(mine.sink.offers.count <= 60)
      #expect(theirs.sink.offers.count <= 60)
      await other.shutdown()
    }
  }

  @Test func whatAWorkerDeclinesGoesToAnother() async throws {
    try await DispatchFixture.with { fixture in
      let run = try await fixture.runs(1)[0]
      let first = try await fixture.worker("a", credit: 5)
      _ = try await fixture.dispatcher.pass()
      #expect(first.sink.offers.count == 1)
      fixture.hub.decline(first.guest, run)
      try await fixture.base.store.withdrawOffers([(run, 1)])
      _ = try await fixture.dispatcher.pass()
      #expect(first.sink.offers.count == 1)
      let second = try await fixture.worker("b", credit: 1)
      _ = try await fixture.dispatcher.pass()
      #expect(second.sink.offers.map(\.record.id) == [run])
      #expect(second.sink.offers.map(\.epoch) == [2])
    }
  }

  @Test func theRunsOfADeadWorkerGoToAnother() async throws {
    try await DispatchFixture.with { fixture in
      let runs = try await fixture.runs(3)
      let dead = try await fixture.worker("dead", credit: 5)
      _ = try await fixture.dispatcher.pass()
      #expect(dead.sink.offers.count == 3)
      // One of them it has taken, and no executor has begun.
      #expect(try await fixture.base.store.acceptOffers([(runs[0], 1)]).isEmpty)
      fixture.hub.leave(dead.guest)
      try await fixture.base.age(by: "1 hour")
      try await fixture.base.reap()
      let living = try await fixture.worker("living", credit: 5)
      _ = try await fixture.dispatcher.pass()
      #expect(Set(living.sink.offers.map(\.record.id)) == Set(runs))
    }
  }

  @Test func aRunThatCannotBeStartedEndsAndStopsNoOther() async throws {
    try await DispatchFixture.with { fixture in
      let bad = try await fixture.runs(1, variables: #"{"comand":"x"}"#)[0]
      let good = try await fixture.runs(1)[0]
      let worker = try await fixture.worker("w", credit: 5)
      _ = try await fixture.dispatcher.pass()
      #expect(worker.sink.offers.map(\.record.id) == [good])
      let record = try await fixture.base.store.run(bad, in: .standard)
      #expect(record.state.type == .crashed)
      #expect(record.state.name == "LaunchRefused")
      #expect(record.state.message.contains("run.job_variables.comand"))
      #expect(record.state.message.contains("did you mean \"command\"?"))
    }
  }

  @Test func aWorkerHearsOfCancelledAndLostRuns() async throws {
    try await DispatchFixture.with { fixture in
      let runs = try await fixture.runs(2)
      let worker = try await fixture.worker("w", credit: 5)
      _ = try await fixture.dispatcher.pass()
      _ = try await fixture.base.store.transitions.submit(
        .cancel(Cancellation(namespace: .standard, runID: runs[0], actor: "t")))
      try await fixture.base.store.withdrawOffers([(runs[1], 1)])
      try await fixture.base.sql("UPDATE work_item SET gate = 1")
      fixture.hub.accept(worker.guest, runs[1], epoch: 1)
      var settings = EngineSettings()
      settings.offerPause = .zero
      let context = EngineContext(
        fixture.base.store, settings: settings, logger: TestCluster.silent)
      _ = try await Dispatcher(context, hub: fixture.hub).pass()
      #expect(worker.sink.notices.contains(.cancel(runs[0], epoch: 1)))
      #expect(worker.sink.notices.contains(.revoke(runs[1], epoch: 1)))
    }
  }

  @Test func manyOpenOffersAreLookedAtInTurn() async throws {
    try await DispatchFixture.with { fixture in
      let runs = try await fixture.runs(5).sorted()
      let worker = try await fixture.worker("w", credit: 5)
      _ = try await fixture.dispatcher.pass()
      for run in runs { fixture.hub.accept(worker.guest, run, epoch: 1) }
      _ = try await fixture.base.store.transitions.submit(
        .cancel(Cancellation(namespace: .standard, runID: runs[4], actor: "t")))
      var settings = EngineSettings()
      settings.offerPause = .zero
      settings.chunk = 2
      let context = EngineContext(
        fixture.base.store, settings: settings, logger: TestCluster.silent)
      let dispatcher = Dispatcher(context, hub: fixture.hub)
      for _ in 0..<2 { _ = try await dispatcher.pass() }
      #expect(worker.sink.notices.isEmpty)
      _ = try await dispatcher.pass()
      #expect(worker.sink.notices == [.cancel(runs[4], epoch: 1)])
    }
  }

  @Test func aFullDeploymentIsSaidOrCancelled() async throws {
    try await DispatchFixture.with { fixture in
      try await fixture.base.sql("UPDATE deployment SET concurrency_limit = 1")
      let runs = try await fixture.runs(3)
      let worker = try await fixture.worker("w", credit: 5)
      _ = try await fixture.dispatcher.pass()
      _ = try await fixture.dispatcher.pass()
      #expect(worker.sink.offers.count == 1)
      let waiting = runs.filter { $0 != worker.sink.offers[0].record.id }
      for run in waiting {
        let record = try await fixture.base.store.run(run, in: .standard)
        #expect(record.state.name == "AwaitingConcurrencySlot")
        #expect(record.snapshot.revision == 2)
      }
      try await fixture.base.sql("UPDATE deployment SET collision_strategy = 2")
      let again = Dispatcher(fixture.base.context, hub: fixture.hub)
      _ = try await again.pass()
      for run in waiting { #expect(try await fixture.base.state(of: run) == .cancelled) }
    }
  }

  @Test func aSecondStreamReplacesTheFirstAndADrainedWorkerIsTold() async throws {
    try await DispatchFixture.with { fixture in
      let first = try await fixture.worker("w", credit: 1)
      let second = try await fixture.worker("w", credit: 1)
      #expect(first.sink.notices == [.replaced])
      fixture.hub.leave(first.guest)
      _ = try await fixture.runs(1)
      _ = try await fixture.dispatcher.pass()
      #expect(second.sink.offers.count == 1)
      _ = try await fixture.base.store.drainWorker("w", of: "pool", in: .standard)
      _ = try await WorkerKeeper(fixture.base.context, hub: fixture.hub).step()
      #expect(second.sink.notices == [.drain])
    }
  }

  @Test func manyIdleWorkersAreKeptByOneStatement() async throws {
    try await DispatchFixture.with { fixture in
      for number in 0..<50 { _ = try await fixture.worker("w\(number)", credit: 1) }
      try await fixture.base.age(by: "10 seconds")
      _ = try await WorkerKeeper(fixture.base.context, hub: fixture.hub).step()
      #expect(
        try await fixture.base.number(
          "SELECT count(*) FROM session WHERE lease_until > now() + interval '25 s'") == 50)
      // All were written by one transaction.
      #expect(try await fixture.base.number("SELECT count(DISTINCT xmin::text) FROM session") == 1)
    }
  }
}

/// A pool with a deployment, and a dispatcher with its workers.
struct DispatchFixture: Sendable {
  let base: EngineFixture
  let pool: Pool
  let queue: QueueID
  let deployment: DeploymentID
  let hub: WorkerHub
  let dispatcher: Dispatcher

  static func with(_ body: (DispatchFixture) async throws -> Void) async throws {
    try await EngineFixture.with { base in
      let pool = try await base.store.createPool(
        "pool", type: "process", in: .standard, actor: "t"
      ).pool
      let queue = try await base.store.listQueues(of: "pool", in: .standard)[0].id
      let deployment = DeploymentID(TestRun().id.value)
      try await base.sql(
        """
        INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id,
          created_by, updated_by, create_time, update_time)
        VALUES ('\(deployment)', 'default', 'flow', 'd', 1, 1, '\(pool.id)', '\(queue)', 't', 't', now(), now());
        INSERT INTO deployment_version (deployment_id, number, spec, created_by, create_time)
        VALUES ('\(deployment)', 1, '{"shell":"true","job_variables":{"env":{"RUN":"1"}}}', 't', now())
        """)
      let hub = WorkerHub(wake: {})
      try await body(
        DispatchFixture(
          base: base, pool: pool, queue: queue, deployment: deployment, hub: hub,
          dispatcher: Dispatcher(base.context, hub: hub)))
    }
  }

  func runs(_ count: Int, variables: String = "") async throws -> [RunID] {
    let runs = (0..<count).map { _ in TestRun().id }
    _ = try await base.store.transitions.submit(
      runs.map { run in
        .report(
          Report(
            namespace: .standard, runID: run, actor: "t",
            item: .create(
              NewRun(
                kind: .flow, definition: "flow", createdBy: "t",
                placement: Placement(
                  deploymentID: deployment, version: 1, poolID: pool.id, queueID: queue,
                  jobVariables: variables)))))
      })
    return runs
  }

  func worker(
    _ name: String, credit: Int, hub other: WorkerHub? = nil, store another: Store? = nil
  ) async throws -> (guest: WorkerHub.Guest, sink: RecordingSink) {
    let session = SessionID(TestRun().id.value)
    let store = another ?? base.store
    _ = try await store.openSession(session, in: .standard, holder: name, actor: "t")
    let identity = WorkerIdentity(name: name, sessionID: session)
    let entered = try await store.enterWorker(identity, pool: pool)
    let guest = WorkerHub.Guest(entered, pool: pool.id, namespace: .standard, identity: identity)
    let sink = RecordingSink()
    (other ?? hub).enter(guest, sink: sink)
    (other ?? hub).credit(guest, credit)
    return (guest, sink)
  }
}

/// Remembers what a worker is told.
final class RecordingSink: OfferSink {
  private let state = Mutex<(offers: [RunOffer], notices: [WorkerNotice])>(([], []))

  var offers: [RunOffer] { state.withLock { $0.offers } }
  var notices: [WorkerNotice] { state.withLock { $0.notices } }
  func offer(_ offers: [RunOffer]) { state.withLock { $0.offers += offers } }
  func tell(_ notice: WorkerNotice) { state.withLock { $0.notices.append(notice) } }
}
