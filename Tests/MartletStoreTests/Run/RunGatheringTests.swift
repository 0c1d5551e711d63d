// Checks reads of runs that are gathered: everybody gets what they asked for, whoever asks at the same time.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunGatheringTests {
  @Test func everybodyGetsWhatTheyAskedFor() async throws {
    try await StoreFixture.with { fixture in
      let other = try Namespace("other")
      let here = (0..<120).map { _ in TestRun() }
      let there = (0..<40).map { _ in TestRun(other) }
      _ = try await fixture.store.transitions.submit((here + there).map { $0.create() })
      let answers = try await withThrowingTaskGroup(of: ([RunID], Namespace, [RunID]).self) {
        group in
        for first in 0..<400 {
          let namespace = first % 3 == 0 ? other : fixture.namespace
          let runs = first % 3 == 0 ? there : here
          // Some are of the other namespace and some are not there.
          let ids =
            [runs[first % runs.count], runs[first * 7 % runs.count], here[0]].map(\.id)
            + [RunID.fresh()]
          group.addTask {
            let found = try await fixture.store.gatheredRuns(ids, in: namespace)
            return (ids, namespace, found.map(\.id))
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let all = [
        fixture.namespace: Set(here.map(\.id)), other: Set(there.map(\.id)),
      ]
      #expect(answers.count == 400)
      for (asked, namespace, found) in answers {
        #expect(Set(found) == Set(asked).intersection(all[namespace] ?? []))
      }
    }
  }

  @Test func anOutageIsToldToEverybody() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit([run.create()])
      await fixture.store.shutdown()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            await #expect(throws: StoreError.self) {
              try await fixture.store.gatheredRuns([run.id], in: fixture.namespace)
            }
          }
        }
      }
    }
  }
}
