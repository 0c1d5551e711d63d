// Decides that a cancelled run ends within its bound, and its children with it.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct CancellationTests {
  @Test func endsARunThatDoesNotStopWithinItsBound() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun()
      let patient = TestRun()
      _ = try await fixture.store.transitions.submit(
        [run, patient].flatMap { [$0.create(), $0.propose(.running, seq: 2)] })
      _ = try await fixture.store.cancelRun(
        Cancellation(
          namespace: fixture.namespace, runID: run.id, actor: "operator",
          bound: .milliseconds(1)))
      _ = try await fixture.store.cancelRun(
        Cancellation(namespace: fixture.namespace, runID: patient.id, actor: "operator"))
      let runner = DueRunner(fixture.context)
      let start = ContinuousClock.now
      while try await fixture.state(of: run.id) != .cancelled,
        ContinuousClock.now - start < .seconds(10)
      {
        _ = try await runner.step()
      }
      #expect(try await fixture.state(of: run.id) == .cancelled)
      #expect(try await fixture.state(of: patient.id) == .cancelling)
      #expect(try await fixture.number("SELECT count(*) FROM run_due") == 1)
    }
  }

  @Test func aCascadeThatIsAskedForAgainIsNotEndedByTheFirst() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun()
      let cancel = Command.cancel(
        Cancellation(namespace: fixture.namespace, runID: run.id, actor: "operator"))
      _ = try await fixture.store.transitions.submit([
        .report(
          Report(
            namespace: fixture.namespace, runID: run.id, actor: "tester",
            item: .create(NewRun(kind: .flow, definition: "d", createdBy: "t")))), cancel,
      ])
      let first = try #require(
        try await fixture.store.takeCascades(limit: 1, hold: .seconds(60)).first)
      let again = Cancellation(
        namespace: fixture.namespace, runID: run.id, actor: "other", bound: .seconds(7))
      _ = try await fixture.store.transitions.submit([
        .retry(RetryRequest(namespace: fixture.namespace, runID: run.id, actor: "operator")),
        .cancel(again),
      ])
      // Its children are to be asked anew, whatever the first was about to say.
      try await fixture.store.advance(first, to: run.id)
      try await fixture.store.advance(first, to: nil)
      let second = try #require(
        try await fixture.store.takeCascades(limit: 1, hold: .seconds(60)).first)
      #expect(second.after == nil && second.actor == "other" && second.bound == .seconds(7))
      try await fixture.store.advance(second, to: nil)
      #expect(try await fixture.number("SELECT count(*) FROM run_cascade") == 0)
    }
  }

  @Test func cancelsAFamilyInLaterBatches() async throws {
    try await EngineFixture.with { fixture in
      var context = fixture.context
      context.settings.chunk = 7
      let parent = TestRun()
      let children = (0..<20).map { _ in TestRun() }
      let grandchildren = (0..<3).map { _ in TestRun() }
      _ = try await fixture.store.transitions.submit([
        parent.create(.flow), parent.propose(.running, seq: 2),
      ])
      _ = try await fixture.store.transitions.submit(
        children.map { $0.create(parent: parent.id) })
      _ = try await fixture.store.transitions.submit(
        grandchildren.map { $0.create(parent: children[0].id) })
      _ = try await fixture.store.transitions.submit([
        children[1].propose(.running, seq: 2),
        children[1].propose(.completed(.init()), seq: 3),
        children[2].propose(.running, seq: 2),
      ])
      _ = try await fixture.store.cancelRun(
        Cancellation(namespace: fixture.namespace, runID: parent.id, actor: "operator"))
      let runners = [CascadeRunner(context), CascadeRunner(context)]
      while try await fixture.number("SELECT count(*) FROM run_cascade") > 0 {
        async let one = runners[0].step()
        async let two = runners[1].step()
        _ = try await (one, two)
      }
      for (index, child) in children.enumerated() {
        let state = try await fixture.state(of: child.id)
        switch index {
        case 1: #expect(state == .completed)
        case 2: #expect(state == .cancelling)
        default: #expect([.cancelled, .cancelling].contains(state), "\(index): \(state)")
        }
      }
      for run in grandchildren {
        #expect([.cancelled, .cancelling].contains(try await fixture.state(of: run.id)))
      }
      let history = try await fixture.store.transitions(
        of: children[5].id, in: fixture.namespace, limit: 10)
      #expect(history.last?.actor == "operator")
    }
  }
}
