// Decides what time and the loss of an owner do to runs: Late, TimedOut, run again, waited for.

import MartletModel
import Testing

@Suite struct TimeAndLossTests {
  let tests = TransitionBatchTests()
  var id: RunID { tests.id }
  var lapse: Command { .sessionLapsed(SessionLapse(runID: id, sessionID: tests.session)) }

  func begin(_ run: NewRun, in ledger: inout Ledger) -> TransitionPlan {
    ledger.apply([
      tests.report(.create(run), 1), tests.report(.propose(RunState(.running)), 2),
    ])
  }

  @Test func aRunThatNobodyTakesIsLate() throws {
    var ledger = Ledger()
    let due = ledger.now + .seconds(61)
    let plan = ledger.apply([
      .report(
        Report(
          namespace: .standard, runID: id, actor: "test",
          item: .create(NewRun(kind: .flow, definition: "f", dueTime: due))))
    ])
    #expect(
      plan.dueSet == [DueTime(runID: id, time: due + .seconds(15), stateType: .scheduled)])
    #expect(ledger.apply([.dueTimePassed(id)], after: 74).results[0].outcome == .unchanged)
    let late = ledger.apply([.dueTimePassed(id)], after: 1)
    #expect(late.transitions.map(\.to.name) == ["Late"])
    #expect(late.dueCleared == [id])
    #expect(late.transitions[0].actor == "service:reaper")
    #expect(ledger.apply([.dueTimePassed(id)]).transitions.isEmpty)
    let taken = ledger.apply([tests.report(.propose(RunState(.running)), 1)])
    #expect(taken.results.map(\.outcome) == [.verdict(.accepted)])
    #expect(try #require(ledger.runs[id]).dueTime == nil)
  }

  @Test func aRunThatTakesTooLongIsTimedOut() throws {
    var ledger = Ledger()
    let plan = begin(
      NewRun(kind: .flow, definition: "f", timeout: .seconds(10)), in: &ledger)
    let started = plan.transitions[1].time
    #expect(
      plan.dueSet == [DueTime(runID: id, time: started + .seconds(15), stateType: .running)])
    // A new name gives no more time; a row that fires too early does nothing.
    let rename = tests.report(.propose(RunState(.running, name: "Loading")), 3)
    #expect(ledger.apply([rename, .dueTimePassed(id)], after: 14).dueSet.isEmpty)
    let over = ledger.apply([.dueTimePassed(id)], after: 2)
    #expect(over.transitions.map(\.rule) == ["RUNNING/timed-out"])
    #expect(over.transitions[0].to.name == "TimedOut")
    #expect(over.followUps.count == 1)
    let late = ledger.apply([tests.report(.propose(RunState(.completed(.init()))), 4)])
    #expect(late.results.map(\.outcome) == [.verdict(.refused(.runFinished))])
  }

  @Test func theOwnersOwnReportComesFirst() {
    var ledger = Ledger()
    _ = begin(NewRun(kind: .flow, definition: "f", timeout: .seconds(10)), in: &ledger)
    let own = tests.report(
      .propose(RunState(.failed(RunState.Failed(errorType: "TimedOut")), name: "TimedOut")), 3)
    let plan = ledger.apply([own, .dueTimePassed(id)], after: 60)
    #expect(plan.results.map(\.outcome) == [.verdict(.accepted), .unchanged])
  }

  @Test func aTimedOutRunIsTriedAgainByAnother() throws {
    var ledger = Ledger()
    _ = begin(
      NewRun(
        kind: .flow, definition: "f", timeout: .seconds(10), retry: RetryPolicy(maxRetries: 1)),
      in: &ledger)
    let plan = ledger.apply([.dueTimePassed(id)], after: 20)
    #expect(plan.transitions.map(\.to.name) == ["AwaitingRetry"])
    #expect(plan.claimsRemoved == [Claim(sessionID: tests.session, runID: id)])
    let next = ledger.apply([
      tests.report(.propose(RunState(.completed(.init()))), 3),
      tests.report(.propose(RunState(.running)), 1, epoch: 2, by: tests.other),
    ])
    #expect(
      next.results.map(\.outcome) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)), .verdict(.accepted),
      ])
    #expect(next.dueSet.count == 1)
    let over = ledger.apply([.dueTimePassed(id)], after: 20)
    #expect(over.transitions.map(\.to.type) == [.failed])
  }

  @Test func aLostOwnersRunIsRunAgainSoOften() throws {
    var ledger = Ledger()
    _ = begin(NewRun(kind: .flow, definition: "f", loss: .rerun(atMost: 1)), in: &ledger)
    let plan = ledger.apply([lapse])
    #expect(plan.transitions.map(\.rule) == ["RUNNING/lapse-rerun"])
    let next = ledger.apply([
      tests.report(.propose(RunState(.running)), 2),
      tests.report(.propose(RunState(.completed(.init()))), 3),
      tests.report(.propose(RunState(.running)), 1, epoch: 2, by: tests.other),
    ])
    #expect(
      next.results.map(\.outcome) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)),
        .verdict(.fenced(currentEpoch: 1, .claimRequired)), .verdict(.accepted),
      ])
    #expect(next.transitions.map(\.to.name) == ["Rerunning"])
    #expect(ledger.apply([lapse]).transitions.map(\.to.type) == [.crashed])
  }

  @Test func aLostOwnerIsWaitedFor() throws {
    var ledger = Ledger()
    _ = begin(NewRun(kind: .flow, definition: "f", loss: .wait), in: &ledger)
    let plan = ledger.apply([lapse])
    #expect(plan.transitions.map(\.to.name) == ["OwnerLost"])
    #expect(plan.claimsRemoved == [Claim(sessionID: tests.session, runID: id)])
    #expect(ledger.apply([lapse]).results[0].outcome == .unchanged)
    #expect(try #require(ledger.runs[id]).executionID == tests.mine)
    let back = ledger.apply([tests.report(.propose(RunState(.running)), 3)])
    #expect(back.results.map(\.outcome) == [.verdict(.accepted)])
    #expect(back.claimsAdded == [Claim(sessionID: tests.session, runID: id)])
  }
}
