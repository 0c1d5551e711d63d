// Decides that no run waits for ever that nobody may start: one that is put back after the enclosing run has ended is
// cancelled, whichever of the two came first.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct StrandingTests {
  @Test func aTaskThatIsPutBackBelowAnEndedRunIsCancelled() async throws {
    try await EngineFixture.with { fixture in
      let session = try await fixture.session()
      let parent = TestRun()
      let (task, subflow) = (TestRun(session: session), TestRun(session: session))
      _ = try await fixture.store.transitions.submit([
        parent.create(.flow), parent.propose(.running, seq: 2), task.create(parent: parent.id),
        subflow.create(.flow, parent: parent.id), parent.propose(.completed(.init()), seq: 3),
      ])
      try await fixture.age(by: "1 hour")
      try await fixture.reap()
      #expect(try await fixture.state(of: task.id) == .scheduled)
      let keeper = StrandingKeeper(fixture.context)
      _ = try await keeper.step()
      #expect(try await fixture.state(of: task.id) == .cancelled)
      // A subflow may be taken by others still.
      #expect(try await fixture.state(of: subflow.id) == .scheduled)
      #expect(try await fixture.number("SELECT count(*) FROM run_stranding") == 0)
    }
  }

  @Test func aRunThatIsPutBackBelowOneThatGoesOnWaits() async throws {
    try await EngineFixture.with { fixture in
      let session = try await fixture.session()
      let (parent, task) = (TestRun(), TestRun(session: session))
      _ = try await fixture.store.transitions.submit([
        parent.create(.flow), parent.propose(.running, seq: 2), task.create(parent: parent.id),
      ])
      try await fixture.age(by: "1 hour")
      try await fixture.reap()
      let keeper = StrandingKeeper(fixture.context)
      _ = try await keeper.step()
      #expect(try await fixture.state(of: task.id) == .scheduled)
      // The parent ends by itself, which does not cascade: the next look finds that.
      _ = try await fixture.store.transitions.submit(parent.propose(.completed(.init()), seq: 3))
      _ = try await keeper.step()
      #expect(try await fixture.state(of: task.id) == .scheduled)
      try await look(fixture)
      #expect(try await fixture.state(of: task.id) == .cancelled)
      #expect(try await fixture.number("SELECT count(*) FROM run_stranding") == 0)
    }
  }

  /// Lets the pause before the next look be over.
  private func look(_ fixture: EngineFixture) async throws {
    try await fixture.sql("UPDATE run_stranding SET look_time = '-infinity'")
    _ = try await StrandingKeeper(fixture.context).step()
  }

  /// A flow that runs in a session, and a task of it that has not begun: both are lost together.
  private func lostFamily(
    _ fixture: EngineFixture
  ) async throws -> (parent: TestRun, task: TestRun) {
    let session = try await fixture.session()
    let (parent, task) = (TestRun(session: session), TestRun(session: session))
    _ = try await fixture.store.transitions.submit([
      parent.create(.flow), parent.propose(.running, seq: 2), task.create(parent: parent.id),
    ])
    try await fixture.age(by: "1 hour")
    try await fixture.reap()
    #expect(try await fixture.state(of: parent.id) == .crashed)
    #expect(try await fixture.state(of: task.id) == .scheduled)
    try await look(fixture)
    // The crash is presumed: the task waits with its parent.
    #expect(try await fixture.state(of: task.id) == .scheduled)
    return (parent, task)
  }

  @Test func aTaskStartsWhenItsLostParentComesBack() async throws {
    try await EngineFixture.with { fixture in
      let (parent, task) = try await lostFamily(fixture)
      let back = try await fixture.store.transitions.submit([
        parent.propose(.running, seq: 3), task.propose(.running, seq: 1, epoch: 2),
      ])
      for answer in back {
        guard case .verdict(.accepted, _) = answer.result else {
          Issue.record("\(answer.result)")
          continue
        }
      }
      try await look(fixture)
      #expect(try await fixture.state(of: task.id) == .running)
      #expect(try await fixture.number("SELECT count(*) FROM run_stranding") == 0)
    }
  }

  @Test func aTaskIsCancelledWhenItsLostParentEnds() async throws {
    try await EngineFixture.with { fixture in
      let (parent, task) = try await lostFamily(fixture)
      // What it wrote down while it was away is heard late.
      _ = try await fixture.store.transitions.submit(parent.propose(.failed(.init()), seq: 3))
      try await look(fixture)
      #expect(try await fixture.state(of: parent.id) == .failed)
      #expect(try await fixture.state(of: task.id) == .cancelled)
    }
  }

  @Test func aTaskIsCancelledWhenItsLostParentDoesNotComeBack() async throws {
    try await EngineFixture.with { fixture in
      let (parent, task) = try await lostFamily(fixture)
      try await fixture.sql(
        "UPDATE run_state SET transition_time = transition_time - interval '24 hours' WHERE id = '\(parent.id)'"
      )
      try await look(fixture)
      #expect(try await fixture.state(of: task.id) == .cancelled)
      #expect(try await fixture.number("SELECT count(*) FROM run_stranding") == 0)
      // Nothing is decided of the parent by that: it may be heard still.
      let late = try await fixture.store.transitions.submit(
        parent.propose(.completed(.init()), seq: 3))
      guard case .verdict(.accepted, _) = late.result else {
        Issue.record("\(late.result)")
        return
      }
    }
  }

  @Test func aRetryThatRacesWithTheCancellationOfItsParentDoesNotStay() async throws {
    try await EngineFixture.with { fixture in
      let other = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await other.waitUntilConnected()
      let families = (0..<40).map { _ in (parent: TestRun(), child: TestRun()) }
      for family in families {
        _ = try await fixture.store.transitions.submit([
          family.parent.create(.flow), family.parent.propose(.running, seq: 2),
          family.child.create(parent: family.parent.id), family.child.propose(.running, seq: 2),
          family.child.propose(.failed(.init()), seq: 3),
        ])
      }
      let cascades = CascadeRunner(fixture.context)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for family in families {
            _ = try await fixture.store.cancelRun(
              Cancellation(
                namespace: .standard, runID: family.parent.id, actor: "operator", bound: .zero))
            _ = try await cascades.step()
          }
        }
        group.addTask {
          for family in families {
            _ = try await other.transitions.submit(
              .retry(
                RetryRequest(namespace: .standard, runID: family.child.id, actor: "operator")))
          }
        }
        try await group.waitForAll()
      }
      let keeper = StrandingKeeper(fixture.context)
      while try await fixture.number(
        "SELECT (SELECT count(*) FROM run_cascade) + (SELECT count(*) FROM run_stranding)") > 0
      {
        _ = try await cascades.step()
        _ = try await keeper.step()
      }
      for family in families {
        #expect([.failed, .cancelled].contains(try await fixture.state(of: family.child.id)))
      }
      await other.shutdown()
    }
  }
}
