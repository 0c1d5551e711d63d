// Decides that pauses wait, end and fail as promised, and what operators may do to a run.

import MartletModel
import Testing

@Suite struct PauseAndOperationTests {
  let tests = TransitionBatchTests()
  var id: RunID { tests.id }

  func begin(_ ledger: inout Ledger, _ run: NewRun? = nil) {
    _ = ledger.apply([
      tests.report(.create(run ?? tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
    ])
  }

  func paused(
    _ seq: Int64, _ key: String = "", until: Instant? = nil, suspended: Bool = false,
    schema: String = "", epoch: Int64 = 1, by execution: ExecutionID? = nil
  ) -> Command {
    tests.report(
      .propose(
        RunState(
          .paused(
            RunState.Paused(
              until: until, key: key, inputSchema: schema, isSuspended: suspended)))), seq,
      epoch: epoch, by: execution)
  }

  func running(_ seq: Int64, epoch: Int64 = 1, by execution: ExecutionID? = nil) -> Command {
    tests.report(.propose(RunState(.running)), seq, epoch: epoch, by: execution)
  }

  func resume(_ ledger: Ledger, input: String? = nil) -> Command {
    .resume(
      Resumption(
        namespace: .standard, runID: id, actor: "ann", input: input,
        revision: ledger.runs[id]?.revision ?? 0))
  }

  var pause: Command { .pause(PauseRequest(namespace: .standard, runID: id, actor: "ann")) }

  func force(_ detail: RunState.Detail, _ isForced: Bool = true) -> Command {
    .setState(
      StateOverride(
        namespace: .standard, runID: id, actor: "ann", state: RunState(detail),
        isForced: isForced))
  }

  @Test func aProcessThatWaitsGoesOn() throws {
    var ledger = Ledger()
    begin(&ledger)
    let plan = ledger.apply([paused(3, "approve", schema: "{}"), running(4)])
    #expect(
      plan.results.map(\.outcome) == [
        .verdict(.accepted), .verdict(.wait(.seconds(2), .runPaused)),
      ])
    #expect(plan.pauses.map(\.inputSchema) == ["{}"])
    #expect(plan.claimsRemoved.isEmpty)
    let resumed = ledger.apply([resume(ledger, input: "7")])
    #expect(resumed.transitions.map(\.to.name) == ["Resuming"])
    #expect(resumed.pauses.map(\.input) == ["7"] && resumed.pauses.map(\.key) == ["approve"])
    let on = ledger.apply([running(4), paused(5, "approve"), paused(6, "other")])
    #expect(
      on.results.map(\.outcome) == [
        .verdict(.accepted), .verdict(.refused(.pauseResumed)), .verdict(.accepted),
      ])
    #expect(try #require(ledger.runs[id]).attempt == 1)
    #expect(on.transitions[0].to.name == "Running")
  }

  @Test func aSuspendedRunIsForWhoeverComes() throws {
    var ledger = Ledger()
    begin(&ledger)
    let plan = ledger.apply([paused(3, "k", suspended: true), paused(3, "k", suspended: true)])
    #expect(
      plan.results.map(\.outcome) == [.verdict(.accepted), .duplicate(epoch: 1, seq: 3)])
    #expect(plan.claimsRemoved.count == 1)
    let early = ledger.apply([running(4), running(1, epoch: 2, by: tests.other)])
    #expect(
      early.results.map(\.outcome) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)),
        .verdict(.fenced(currentEpoch: 1, .runPaused)),
      ])
    _ = ledger.apply([resume(ledger)])
    let on = ledger.apply([
      running(1, epoch: 2, by: tests.other),
      paused(2, "k", suspended: true, epoch: 2, by: tests.other),
    ])
    #expect(
      on.results.map(\.outcome) == [.verdict(.accepted), .verdict(.refused(.pauseResumed))])
    #expect(try #require(ledger.runs[id]).attempt == 2)
  }

  @Test func aPauseFailsWhenItsTimeIsOver() throws {
    var ledger = Ledger()
    begin(&ledger, NewRun(kind: .flow, definition: "f", retry: RetryPolicy(maxRetries: 3)))
    let until = ledger.now + .seconds(30)
    let plan = ledger.apply([paused(3, until: until)])
    #expect(plan.dueSet == [DueTime(runID: id, time: until, stateType: .paused)])
    let over = ledger.apply([.dueTimePassed(id)], after: 60)
    #expect(over.transitions.map(\.to.name) == ["PauseTimedOut"])
    #expect(over.transitions.map(\.to.type) == [.failed])
    // One that has no bound is left alone by a row that has outlived it.
    var other = Ledger()
    begin(&other)
    _ = other.apply([paused(3)])
    #expect(other.apply([.dueTimePassed(id)], after: 60).results[0].outcome == .unchanged)
  }

  @Test func aPausedRunCanBeCancelledAndLost() throws {
    var ledger = Ledger()
    begin(&ledger)
    _ = ledger.apply([paused(3, "k")])
    let lapse = Command.sessionLapsed(SessionLapse(runID: id, sessionID: tests.session))
    let lost = ledger.apply([lapse])
    #expect(lost.transitions.map(\.rule) == ["PAUSED/lapse"])
    guard case .paused(let pause) = lost.transitions[0].to.detail else { return }
    #expect(pause.key == "k" && pause.isSuspended)
    let cancel = Command.cancel(Cancellation(namespace: .standard, runID: id, actor: "ann"))
    #expect(ledger.apply([cancel]).transitions.map(\.to.type) == [.cancelled])
    var other = Ledger()
    begin(&other)
    #expect(other.apply([paused(3), cancel]).results.last?.stateType == .cancelling)
  }

  @Test func anOperatorsPauseHoldsWhatComesNext() throws {
    var ledger = Ledger()
    let task = NewRun(kind: .task, definition: "t", parentID: id)
    begin(&ledger)
    _ = ledger.apply([tests.report(.create(task), 1, on: tests.child), pause])
    let plan = ledger.apply([
      tests.report(.propose(RunState(.running)), 2, on: tests.child), pause,
    ])
    #expect(
      plan.results.map(\.outcome) == [
        .verdict(.wait(.seconds(2), .parentPaused)), .unchanged,
      ])
    // Its code may still run: the loss of its owner is a crash, not a second start.
    let lapse = Command.sessionLapsed(SessionLapse(runID: id, sessionID: tests.session))
    #expect(ledger.apply([lapse]).transitions.map(\.to.type) == [.crashed])
  }

  @Test func aLossAfterAnOperatorsPauseIsNoSecondStart() throws {
    let lapse = Command.sessionLapsed(SessionLapse(runID: id, sessionID: tests.session))
    // Resumed, but its owner never noticed the pause: its code may still run.
    var ledger = Ledger()
    begin(&ledger)
    _ = ledger.apply([pause])
    _ = ledger.apply([resume(ledger)])
    #expect(ledger.apply([lapse]).transitions.map(\.rule) == ["SCHEDULED/lapse-crash"])
    // One that waits for its owner waits for it here too.
    for isResumed in [false, true] {
      var other = Ledger()
      begin(&other, NewRun(kind: .flow, definition: "f", loss: .wait))
      _ = other.apply([pause])
      if isResumed { _ = other.apply([resume(other)]) }
      let lost = other.apply([lapse])
      #expect(
        lost.transitions.map(\.rule) == [isResumed ? "SCHEDULED/lapse-wait" : "PAUSED/lapse-wait"])
      let run = try #require(other.runs[id])
      #expect(run.executionID == tests.mine && run.sessionID == nil)
      let end = tests.report(.propose(RunState(.completed(RunState.Completed()))), 3)
      #expect(other.apply([end]).results.map(\.stateType) == [.completed])
    }
  }

  @Test func aFailureAfterAResumptionIsTriedAgainAndCounted() throws {
    let failed = RunState(.failed(RunState.Failed(errorType: "E")))
    for isResumed in [false, true] {
      var ledger = Ledger()
      begin(&ledger, NewRun(kind: .flow, definition: "f", retry: RetryPolicy(maxRetries: 1)))
      _ = ledger.apply([pause])
      if isResumed { _ = ledger.apply([resume(ledger)]) }
      let plan = ledger.apply([tests.report(.propose(failed), 3)])
      #expect(plan.transitions.map(\.to.name) == ["AwaitingRetry"])
      _ = ledger.apply([running(4)])
      #expect(try #require(ledger.runs[id]).attempt == 2)
      // No retry is left.
      _ = ledger.apply([pause])
      if isResumed { _ = ledger.apply([resume(ledger)]) }
      #expect(
        ledger.apply([tests.report(.propose(failed), 5)]).results.map(\.stateType) == [.failed])
    }
  }

  @Test func aPausedRunKeepsItsDueTime() throws {
    var ledger = Ledger()
    let due = ledger.now + .seconds(1000)
    _ = ledger.apply([
      .report(
        Report(
          namespace: .standard, runID: id, actor: "test",
          item: .create(NewRun(kind: .flow, definition: "f", dueTime: due)))), pause,
    ])
    #expect(try #require(ledger.runs[id]).dueTime == nil)
    _ = ledger.apply([resume(ledger)])
    #expect(try #require(ledger.runs[id]).dueTime == due)
  }

  @Test func aResumptionIsForThePauseItWasCheckedFor() {
    var ledger = Ledger()
    begin(&ledger)
    let stale = resume(ledger)
    _ = ledger.apply([paused(3)])
    #expect(ledger.apply([stale]).results[0].outcome == .failure(.outdated(revision: 3)))
    _ = ledger.apply([resume(ledger)])
    #expect(
      ledger.apply([resume(ledger)]).results[0].outcome == .verdict(.refused(.runNotPaused)))
  }

  @Test func anEndedRunIsTriedAgain() throws {
    var ledger = Ledger()
    begin(&ledger, NewRun(kind: .flow, definition: "f", retry: RetryPolicy(maxRetries: 1)))
    let failure = RunState(.failed(RunState.Failed()))
    _ = ledger.apply([
      tests.report(.propose(failure), 3), running(4), tests.report(.propose(failure), 5),
    ])
    let retry = Command.retry(RetryRequest(namespace: .standard, runID: id, actor: "ann"))
    let plan = ledger.apply([retry, retry])
    #expect(plan.results.map(\.outcome) == [.verdict(.accepted), .unchanged])
    #expect(plan.transitions.map(\.to.name) == ["AwaitingRetry"])
    #expect(plan.transitions.map(\.actor) == ["ann"])
    let on = ledger.apply([
      tests.report(.propose(RunState(.running)), 6), running(1, epoch: 2, by: tests.other),
      tests.report(.propose(failure), 2, epoch: 2, by: tests.other),
    ])
    #expect(
      on.results.map(\.outcome) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)), .verdict(.accepted),
        .verdict(.replaced(.retry)),
      ])
    #expect(on.transitions[0].to.name == "Rerunning")
    _ = ledger.apply([force(.completed(.init()))])
    #expect(ledger.apply([retry]).results[0].outcome == .verdict(.refused(.runFinished)))
    let forced = Command.retry(
      RetryRequest(namespace: .standard, runID: id, actor: "ann", isForced: true))
    #expect(ledger.apply([forced]).results[0].outcome == .verdict(.accepted))
  }

  @Test func aRunThatWaitsIsMovedToAnotherTime() throws {
    var ledger = Ledger()
    begin(&ledger, NewRun(kind: .flow, definition: "f", retry: RetryPolicy(maxRetries: 1)))
    _ = ledger.apply([tests.report(.propose(RunState(.failed(RunState.Failed()))), 3)])
    let later = Instant(microseconds: 4_000_000_000_000_000)
    let move = Command.retry(
      RetryRequest(
        namespace: .standard, runID: id, actor: "ann", dueTime: later, name: "Scheduled"))
    let plan = ledger.apply([move])
    #expect(plan.results.map(\.outcome) == [.verdict(.accepted)])
    #expect(
      plan.transitions.map(\.to.detail) == [
        .scheduled(RunState.Scheduled(dueTime: later, reason: "RESCHEDULED"))
      ])
    // Its process still has it, and waits for the new time.
    guard case .verdict(.wait) = ledger.apply([running(4)]).results[0].outcome else {
      Issue.record("it runs before its time")
      return
    }
  }

  @Test func forceTakesTheRunFromItsOwner() throws {
    var ledger = Ledger()
    begin(&ledger)
    #expect(
      ledger.apply([force(.completed(.init()), false)]).results[0].outcome
        == .verdict(.refused(.runOwned)))
    let plan = ledger.apply([force(.completed(.init()))])
    #expect(plan.transitions.map(\.rule) == ["any/force"])
    #expect(plan.transitions.map(\.actor) == ["ann"])
    #expect(plan.claimsRemoved.count == 1 && plan.followUps.count == 1)
    let late = ledger.apply([tests.report(.propose(RunState(.completed(.init()))), 3)])
    #expect(late.results.map(\.outcome) == [.verdict(.fenced(currentEpoch: 2, .staleEpoch))])
    let back = ledger.apply([force(.scheduled(.init())), running(1, epoch: 3, by: tests.other)])
    #expect(back.results.map(\.outcome) == [.verdict(.accepted), .verdict(.accepted)])
    let unowned = ledger.apply([
      force(.failed(.init())), force(.running), force(.running, false),
    ])
    #expect(
      unowned.results.map(\.outcome) == [
        .verdict(.accepted), .verdict(.refused(.claimRequired)),
        .verdict(.refused(.illegalTransition)),
      ])
  }
}
