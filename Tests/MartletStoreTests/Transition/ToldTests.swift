// Decides that what is told of a run is in its history once, whoever tells it how often and at the same time.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct ToldTests {
  func tales(of run: TestRun, below parent: TestRun) -> [Command] {
    let end = Instant(microseconds: 1_790_000_000_000_000)
    let states: [RunState.Detail] = [.pending, .running, .completed(RunState.Completed())]
    return states.enumerated().map { place, detail in
      .report(
        Report(
          namespace: .standard, runID: run.id, executionID: run.execution, actor: "tester",
          observedTime: end + .seconds(Int64(place) - 10),
          item: .tell(
            Report.Tale(
              id: .derived(from: [run.id.description, "\(place)"]),
              run: NewRun(kind: .task, definition: "t", parentID: parent.id),
              state: RunState(detail)))))
    }
  }

  @Test func whatIsToldTwiceAtTheSameTimeIsThereOnce() async throws {
    try await StoreFixture.with { fixture in
      let parent = TestRun()
      _ = try await fixture.store.transitions.submit([
        parent.create(), parent.propose(.running, seq: 2),
        parent.propose(.completed(.init()), seq: 3),
      ])
      let other = try await fixture.otherStore()
      let told = (0..<40).map { _ in tales(of: TestRun(), below: parent) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for store in [fixture.store, other, fixture.store] {
          for commands in told {
            group.addTask {
              let answers = try await store.transitions.submit(commands)
              #expect(answers.allSatisfy { $0.code == .accepted || $0.isRepeat }, "\(answers)")
            }
          }
        }
        try await group.waitForAll()
      }
      await other.shutdown()
      let ids = told.compactMap { $0.first?.runID }
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM run_transition WHERE report_id IS NOT NULL") == 120)
      for id in ids {
        let history = try await fixture.store.transitions(
          of: id, in: fixture.namespace, limit: 10)
        #expect(history.map(\.to.type) == [.pending, .running, .completed])
        let read = try await fixture.store.run(id, in: fixture.namespace)
        #expect(read.snapshot.runningTime == .seconds(1))
        #expect(read.snapshot.tally.word == .teller)
      }
    }
  }

  /// A state that the parent's stop brought about gives way to the end that had come before.
  @Test func anEndIsToldAfterTheCascade() async throws {
    try await StoreFixture.with { fixture in
      let parent = TestRun()
      let run = TestRun()
      _ = try await fixture.store.transitions.submit([
        parent.create(), parent.propose(.running, seq: 2),
      ])
      let tales = tales(of: run, below: parent)
      _ = try await fixture.store.transitions.submit(Array(tales[0...1]))
      let stopped = try await fixture.store.transitions.submit([
        .cancel(
          Cancellation(
            namespace: fixture.namespace, runID: run.id, actor: "engine", isForParent: true))
      ])
      #expect(stopped[0].stateType == .cancelling)
      let late = try await fixture.store.transitions.submit([tales[1], tales[2]])
      #expect(late[0].isRepeat && late[1].code == .accepted)
      #expect(try await fixture.store.run(run.id, in: fixture.namespace).state.type == .completed)
    }
  }
}

extension CommandAnswer {
  fileprivate var isRepeat: Bool { if case .existing = result { true } else { false } }
}
