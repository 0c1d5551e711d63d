// Decides that what is told of the past is written once, in its order, wherever the run and its parent are, and undoes no
// decision but one that only followed the enclosing run.

import MartletModel
import Testing

@Suite struct ToldTests {
  let tests = TransitionBatchTests()
  let task = NewRun(
    kind: .task, definition: "t", parentID: RunID(high: 0x019a_0000_0000_7000, low: 1 << 63 | 1),
    tags: ["db"], timeout: .seconds(1), retry: RetryPolicy(maxRetries: 3))
  let start = Ledger().now
  let completed = RunState.Detail.completed(RunState.Completed())

  /// What is told of the child; its id is its number.
  func tale(
    _ number: UInt64, _ detail: RunState.Detail, name: String = "", after seconds: Int64,
    by execution: ExecutionID? = nil
  ) -> Command {
    .report(
      Report(
        namespace: .standard, runID: tests.child, executionID: execution ?? tests.mine,
        actor: "test", observedTime: start + .seconds(seconds),
        item: .tell(
          Report.Tale(
            id: UUIDValue(high: 9, low: number), run: task, state: RunState(detail, name: name)))))
  }

  func ended(as detail: RunState.Detail) -> Ledger {
    var ledger = Ledger()
    _ = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
      tests.report(.propose(RunState(detail)), 3),
    ])
    return ledger
  }

  func cancel(forParent: Bool) -> Command {
    .cancel(
      Cancellation(
        namespace: .standard, runID: tests.child, actor: "test", isForParent: forParent))
  }

  /// Below a run that has ended, late, with limits on its tag: all of it is there, with its own times.
  @Test func whatIsOverIsWrittenWhateverTheParentCameTo() throws {
    var ledger = ended(as: completed)
    let plan = ledger.apply(
      [
        tale(1, .pending, after: -9), tale(2, .running, after: -8),
        tale(3, .failed(RunState.Failed()), after: -5),
        tale(4, .scheduled(RunState.Scheduled()), name: "AwaitingRetry", after: -5),
        tale(5, .running, name: "Retrying", after: -4), tale(6, completed, after: -2),
      ],
      gate: SlotGate(tagLimits: [TagLimit(.standard, "db")]))
    #expect(tests.verdicts(plan) == Array(repeating: .verdict(.accepted), count: 6))
    #expect(plan.undecided.isEmpty && plan.slotRequests.isEmpty && plan.slotsTaken.isEmpty)
    #expect(plan.dueSet.isEmpty && plan.followUps.isEmpty && plan.claimsAdded.isEmpty)
    #expect(
      plan.transitions.map(\.to.name).dropFirst(3) == ["AwaitingRetry", "Retrying", "Completed"])
    #expect(plan.transitions.allSatisfy { $0.seq == nil && $0.reportID != nil })
    let run = try #require(ledger.runs[tests.child])
    #expect(run.stateType == .completed && run.attempt == 2 && run.rootID == tests.id)
    #expect(run.startTime == start + .seconds(-8) && run.endTime == start + .seconds(-2))
    #expect(run.runningTime == .seconds(5))
    #expect(run.isConsistent)
  }

  /// Words may come in any order: of two that are as old as each other the end is the later.
  @Test func ofTwoWordsAtOneTimeTheEndIsTheLater() throws {
    var ledger = ended(as: completed)
    let plan = ledger.apply([
      tale(1, .pending, after: -9), tale(2, completed, after: -8), tale(3, .running, after: -8),
    ])
    #expect(
      tests.verdicts(plan) == [
        .verdict(.accepted), .verdict(.accepted), .verdict(.refused(.overtaken)),
      ])
    #expect(ledger.runs[tests.child]?.stateType == .completed)
  }

  @Test func whatIsToldAgainIsThereOnce() throws {
    var ledger = ended(as: completed)
    let first = ledger.apply([
      tale(1, .running, after: -3), tale(1, .running, after: -3), tale(2, completed, after: -2),
    ])
    #expect(tests.verdicts(first) == [.verdict(.accepted), .existing, .verdict(.accepted)])
    let known = Set([1, 2].map { ToldKey(runID: tests.child, id: UUIDValue(high: 9, low: $0)) })
    let again = TransitionBatch.decide(
      [tale(2, completed, after: -2), tale(1, .running, after: -3)],
      runs: ledger.runs.values.sorted { $0.id < $1.id }, now: ledger.now, told: known)
    #expect(tests.verdicts(again) == [.existing, .existing])
    #expect(again.transitions.isEmpty && again.updates.isEmpty)
  }

  @Test func whatWasOvertakenChangesNothing() {
    var ledger = ended(as: completed)
    let plan = ledger.apply([
      tale(2, .running, after: -3), tale(1, .pending, after: -4), tale(3, completed, after: -1),
    ])
    #expect(
      tests.verdicts(plan) == [
        .verdict(.accepted), .verdict(.refused(.overtaken)), .verdict(.accepted),
      ])
    #expect(plan.refusals.isEmpty)
  }

  /// The parent was cancelled, and the server gave the run up: but it had ended before.
  @Test func anEndHoldsAgainstAStopThatOnlyFollowedTheParent() throws {
    for forParent in [true, false] {
      var ledger = ended(as: .cancelled)
      _ = ledger.apply([tale(1, .running, after: -9), cancel(forParent: forParent)])
      #expect(ledger.runs[tests.child]?.stateType == .cancelling)
      _ = ledger.apply([.dueTimePassed(tests.child)], after: 31)
      #expect(ledger.runs[tests.child]?.stateType == .cancelled)
      let late = ledger.apply([
        tale(2, .running, name: "Retrying", after: -8), tale(3, completed, after: -7),
      ])
      #expect(tests.verdicts(late).first == .verdict(.refused(.runFinished)))
      #expect(
        tests.verdicts(late).last
          == .verdict(forParent ? .accepted : .refused(.runFinished)))
      let run = try #require(ledger.runs[tests.child])
      #expect(run.stateType == (forParent ? .completed : .cancelled))
      #expect(run.endTime.map { $0 < ledger.now } == true && run.isConsistent)
    }
  }

  /// It would take the run from those who may begin it anew, and never end.
  @Test func whatHappenedBeforeAnOperatorsOrderIsTooLate() {
    let orders: [Command] = [
      .retry(RetryRequest(namespace: .standard, runID: tests.child, actor: "op", isForced: true)),
      .setState(
        StateOverride(
          namespace: .standard, runID: tests.child, actor: "op",
          state: RunState(.scheduled(RunState.Scheduled())), isForced: true)),
    ]
    for order in orders {
      var ledger = Ledger()
      _ = ledger.apply([
        tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
        tale(1, completed, after: -9),
      ])
      _ = ledger.apply([order])
      #expect(ledger.runs[tests.child]?.stateType == .scheduled)
      let late = ledger.apply([tale(2, .running, after: -1)], after: 20)
      #expect(tests.verdicts(late) == [.verdict(.refused(.overtaken))])
      let anew = ledger.apply([tale(3, .running, after: 21)])
      #expect(tests.verdicts(anew) == [.verdict(.accepted)])
      #expect(ledger.runs[tests.child]?.isConsistent == true)
    }
  }

  @Test func whatAnOperatorForcedStays() {
    var ledger = ended(as: completed)
    _ = ledger.apply([
      tale(1, .running, after: -9),
      .setState(
        StateOverride(
          namespace: .standard, runID: tests.child, actor: "op", state: RunState(completed),
          isForced: true)),
    ])
    let late = ledger.apply([tale(2, .failed(RunState.Failed()), after: -1)])
    #expect(tests.verdicts(late) == [.verdict(.refused(.runFinished))])
    #expect(ledger.runs[tests.child]?.stateType == .completed)
  }

  @Test func nobodyTellsOfARunThatAnotherHas() {
    var ledger = Ledger()
    var report = Report(
      namespace: .standard, runID: tests.id, epoch: 1, executionID: tests.other, seq: 1,
      actor: "test", item: .create(tests.flow))
    _ = ledger.apply([.report(report)])
    report.item = .create(NewRun(kind: .task, definition: "t", parentID: tests.id))
    report.runID = tests.child
    _ = ledger.apply([.report(report)])
    let plan = ledger.apply([tale(1, completed, after: -1)])
    #expect(tests.verdicts(plan) == [.verdict(.fenced(currentEpoch: 1, .otherExecution))])
  }
}

extension RunSnapshot {
  /// What the table's own checks ask.
  fileprivate var isConsistent: Bool {
    let isOrdered = startTime.flatMap { start in endTime.map { $0 >= start } } ?? true
    return (endTime != nil) == stateType.isTerminal && isOrdered && runningTime >= .zero
      && (executionID != nil || stateType != .running) && (!isPresumptive || stateType == .crashed)
  }
}
