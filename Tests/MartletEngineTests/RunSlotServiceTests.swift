// Decides that runs in line are told when they are served, and that the slots of the lost come back, with the engine as
// it runs.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunSlotServiceTests {
  private func begin(_ run: TestRun, on store: Store) async throws -> CommandAnswer {
    let create = Command.report(
      Report(
        namespace: .standard, runID: run.id, epoch: 1, executionID: run.execution, seq: 1,
        sessionID: run.session, actor: "tester",
        item: .create(
          NewRun(
            kind: .task, definition: "d", limits: [SlotNeed(.global, "api")], createdBy: "t"))))
    return try await store.transitions.submit([create, run.propose(.running, seq: 2)])[1]
  }

  /// Runs the whole engine of one replica.
  private func running(
    _ fixture: EngineFixture, _ body: (Engine) async throws -> Void
  ) async throws {
    let engine = Engine(fixture.store, host: "test", logger: TestCluster.silent)
    let group = ServiceGroup(services: engine.services, logger: TestCluster.silent)
    let running = Task { try await group.run() }
    do { try await body(engine) } catch { Issue.record(error) }
    await group.triggerGracefulShutdown()
    try await running.value
  }

  @Test func whoIsNextIsTold() async throws {
    try await EngineFixture.with { fixture in
      _ = try await fixture.store.createLimit(
        "api", in: .standard, content: SlotLimitEdit(slots: 1), actor: "t")
      try await running(fixture) { engine in
        let (holder, waiter) = (TestRun(), TestRun())
        #expect(try await begin(holder, on: fixture.store).code == .accepted)
        let line = try #require(try await begin(waiter, on: fixture.store).line)
        let (told, sink) = AsyncStream.makeStream(of: Void.self)
        // Asked again before its place lapses, as a client does.
        let keeping = Task {
          while !Task.isCancelled {
            engine.room.tell(of: line.lease, within: .seconds(60)) { sink.yield() }
            try await Task.sleep(for: .seconds(2))
            try await fixture.store.keepPlaces([line.lease])
          }
        }
        defer { keeping.cancel() }
        _ = try await fixture.store.transitions.submit(
          holder.propose(.completed(.init()), seq: 3))
        for await _ in told { break }
        let answer = try await fixture.store.transitions.submit(waiter.propose(.running, seq: 2))
        #expect(answer.code == .accepted)
      }
    }
  }

  @Test func slotsOfTheLostComeBack() async throws {
    try await EngineFixture.with { fixture in
      _ = try await fixture.store.createLimit(
        "api", in: .standard, content: SlotLimitEdit(slots: 1), actor: "t")
      let lost = TestRun(session: try await fixture.session())
      #expect(try await begin(lost, on: fixture.store).code == .accepted)
      let waiter = TestRun()
      #expect(try await begin(waiter, on: fixture.store).code == .wait)
      try await fixture.age(by: "1 hour")
      // The lease of the slot is not what lapses: the run is lost, and its slot with it.
      #expect(try await fixture.store.lapseLeases(limit: 10, tolerance: .hours(1)) == 0)
      try await fixture.reap()
      #expect(try await fixture.state(of: lost.id) == .crashed)
      #expect(try await fixture.number("SELECT count(*) FROM limit_hold") == 0)
      let granter = LimitGranter(fixture.context)
      _ = try await granter.step()
      let start = waiter.propose(.running, seq: 2)
      #expect(try await fixture.store.transitions.submit(start).code == .accepted)
      // It was only presumed lost, and says so: now it is its turn to wait.
      let back = try await fixture.store.transitions.submit(lost.propose(.running, seq: 3))
      #expect(back.code == .wait && back.line?.place == 1)
    }
  }
}

extension CommandAnswer {
  /// The code of its verdict, if it has one.
  fileprivate var code: Verdict.Code? {
    if case .verdict(let verdict, _) = result { verdict.code } else { nil }
  }
}
