// Decides that lines of a process whose run another one has taken are not kept, but for those that were under way before.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct FencedLogTests {
  @Test func linesThatCameBeforeTheRunWasTakenAreKept() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      let retry = RetryPolicy(maxRetries: 3, mode: .reschedule)
      _ = try await store.transitions.submit([
        run.create(.flow, retry: retry), run.propose(.running, seq: 2),
        run.propose(.failed(.init()), seq: 3),
      ])
      var heir = TestRun(id: run.id)
      heir.epoch = 2
      _ = try await store.transitions.submit([heir.propose(.pending, seq: 1)])
      let taken = try await store.run(run.id, in: run.namespace).snapshot.transitionTime
      func line(_ number: Int64, _ writer: TestRun, epoch: Int64?, at arrival: Instant) -> LogLine {
        var line = LogLine(
          namespace: run.namespace, runID: run.id, executionID: writer.execution, line: number,
          time: taken, message: "line \(number)")
        line.claim = epoch.map {
          WriterClaim(
            runID: run.id, executionID: writer.execution, epoch: $0, arrival: arrival)
        }
        return line
      }
      let (before, after) = (taken + .milliseconds(-1), taken + .milliseconds(1))
      let early = try await store.logs.write([
        line(1, run, epoch: 1, at: before), line(2, heir, epoch: 2, at: after),
        line(3, run, epoch: nil, at: after),
      ])
      #expect(early == LogReceipt(new: 3))
      let stale = WriterFence(epoch: 2)
      let late = try await store.logs.write([
        line(4, run, epoch: 1, at: after), line(5, heir, epoch: 2, at: after),
        line(8, run, epoch: nil, at: after),
      ])
      #expect(late == LogReceipt(new: 2, fenced: [0: stale]))
      // A process that takes the run anew says the rest of what it had to say before.
      #expect(try await store.logs.write([line(6, heir, epoch: 1, at: after)]).new == 1)
      // The processes of a run speak for each other.
      #expect(try await store.logs.write([line(7, run, epoch: 2, at: after)]).new == 1)
      #expect(
        try await fixture.number("SELECT sum(line)::bigint FROM log") == 1 + 2 + 3 + 5 + 6 + 7 + 8)
      let claim = WriterClaim(
        runID: run.id, executionID: run.execution, epoch: 1, arrival: after)
      #expect(try await store.fence(of: claim) == stale)
    }
  }
}
