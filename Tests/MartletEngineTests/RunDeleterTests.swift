// Decides that a deletion whose replica died is carried through by another one.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunDeleterTests {
  @Test func aDeletionThatNobodyDealsWithGoesOn() async throws {
    try await EngineFixture.with { fixture in
      let (flow, task) = (TestRun(), TestRun())
      _ = try await fixture.store.transitions.submit([
        flow.create(.flow), flow.propose(.running, seq: 2), task.create(parent: flow.id),
        task.propose(.running, seq: 2), task.propose(.completed(.init()), seq: 3),
        flow.propose(.completed(.init()), seq: 3),
      ])
      try await fixture.sql(
        "INSERT INTO run_deletion VALUES ('\(flow.id)', 'default', 'tester', now(), now() + interval '1 hour')"
      )
      let deleter = RunDeleter(fixture.context)
      _ = try await deleter.step()
      // Somebody else has it.
      #expect(try await fixture.number("SELECT count(*) FROM run") == 2)
      try await fixture.sql("UPDATE run_deletion SET taken_until = now() - interval '1 second'")
      _ = try await deleter.step()
      #expect(try await fixture.number("SELECT count(*) FROM run") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM run_deletion") == 0)
    }
  }

  @Test func aDeletionEndsAtARunThatIsAtWork() async throws {
    try await EngineFixture.with { fixture in
      let (flow, task) = (TestRun(), TestRun())
      _ = try await fixture.store.transitions.submit([
        flow.create(.flow), flow.propose(.running, seq: 2), task.create(parent: flow.id),
        task.propose(.running, seq: 2), flow.propose(.completed(.init()), seq: 3),
      ])
      try await fixture.sql(
        "INSERT INTO run_deletion VALUES ('\(flow.id)', 'default', 'tester', now())")
      _ = try await RunDeleter(fixture.context).step()
      #expect(try await fixture.number("SELECT count(*) FROM run") == 2)
      #expect(try await fixture.number("SELECT count(*) FROM run_deletion") == 0)
    }
  }
}
