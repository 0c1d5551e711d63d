// Decides that batches fold, write and answer as promised: ownership, order, bookkeeping.

import MartletModel
import Testing

/// A row of runs that batches are applied to, one after the other.
struct Ledger {
  var runs: [RunID: RunSnapshot] = [:]
  var now = Instant(microseconds: 1_800_000_000_000_000)

  mutating func apply(
    _ commands: [Command], after seconds: Int64 = 1, gate: SlotGate = SlotGate()
  ) -> TransitionPlan {
    now = now + .seconds(seconds)
    let plan = TransitionBatch.decide(
      commands, runs: runs.values.sorted { $0.id < $1.id }, now: now, gate: gate)
    for insert in plan.inserts { runs[insert.state.id] = insert.state }
    for update in plan.updates {
      #expect(runs[update.state.id]?.revision == update.expectedRevision)
      runs[update.state.id] = update.state
    }
    return plan
  }
}

@Suite struct TransitionBatchTests {
  let id = RunID(high: 0x019a_0000_0000_7000, low: 0x8000_0000_0000_0001)
  let child = RunID(high: 0x019a_0000_0000_7000, low: 0x8000_0000_0000_0002)
  let mine = ExecutionID(high: 1, low: 1)
  let other = ExecutionID(high: 2, low: 2)
  let session = SessionID(high: 3, low: 3)
  let flow = NewRun(kind: .flow, definition: "etl")

  func report(
    _ item: Report.Item, _ seq: Int64, epoch: Int64 = 1, by execution: ExecutionID? = nil,
    on id: RunID? = nil
  ) -> Command {
    .report(
      Report(
        namespace: .standard, runID: id ?? self.id, epoch: epoch, executionID: execution ?? mine,
        seq: seq, sessionID: session, actor: "test", item: item))
  }

  var createUnowned: Command {
    .report(Report(namespace: .standard, runID: id, actor: "test", item: .create(flow)))
  }

  func verdicts(_ plan: TransitionPlan) -> [Outcome] { plan.results.map(\.outcome) }

  @Test func aWholeRunFoldsInOneBatch() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      report(.create(flow), 1), report(.propose(RunState(.running)), 2),
      report(.propose(RunState(.completed(RunState.Completed()))), 3),
    ])
    #expect(verdicts(plan) == Array(repeating: .verdict(.accepted), count: 3))
    #expect(plan.inserts.count == 1)
    #expect(plan.updates.isEmpty)
    #expect(plan.transitions.map(\.revision) == [1, 2, 3])
    #expect(plan.transitions.map(\.from) == [nil, .pending, .running])
    #expect(plan.transitions.map(\.to.type) == [.pending, .running, .completed])
    #expect(plan.transitions.map(\.seq) == [1, 2, 3])
    #expect(plan.results.map(\.transition) == [0, 1, 2])
    let times = plan.transitions.map(\.time.microseconds)
    #expect(times[1] == times[0] + 1 && times[2] == times[1] + 1)
    let run = try #require(ledger.runs[id])
    #expect(run.attempt == 1 && run.epoch == 1 && run.lastSeq == 3 && run.revision == 3)
    #expect(run.executionID == mine && run.rootID == id)
    #expect(run.endTime == plan.transitions[2].time)
    #expect(plan.claimsAdded.isEmpty && plan.claimsRemoved.isEmpty)
    #expect(!plan.inserts[0].run.name.isEmpty)
  }

  @Test func repeatsAreAnsweredBySeq() {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1), report(.propose(RunState(.running)), 2)])
    let plan = ledger.apply([
      report(.create(flow), 1), report(.propose(RunState(.running)), 2),
      report(.propose(RunState(.cancelled)), 4),
    ])
    #expect(
      verdicts(plan) == [
        .duplicate(epoch: 1, seq: 1), .duplicate(epoch: 1, seq: 2),
        .failure(.outOfSequence(expected: 3)),
      ])
    #expect(plan.updates.isEmpty && plan.transitions.isEmpty)
  }

  @Test func twoClaimsHaveOneWinner() throws {
    var ledger = Ledger()
    _ = ledger.apply([createUnowned])
    #expect(try #require(ledger.runs[id]).epoch == 0)
    let plan = ledger.apply([
      report(.propose(RunState(.running)), 1), report(.propose(RunState(.running)), 1, by: other),
      report(.propose(RunState(.running)), 1),
    ])
    #expect(
      verdicts(plan) == [
        .verdict(.accepted), .verdict(.fenced(currentEpoch: 1, .otherExecution)),
        .duplicate(epoch: 1, seq: 1),
      ])
    #expect(plan.claimsAdded == [Claim(sessionID: session, runID: id)])
    #expect(plan.transitions.count == 1)
  }

  @Test func anOfferIsBoundByTheFirstToStart() throws {
    var ledger = Ledger()
    let worker = SessionID(high: 9, low: 9)
    _ = ledger.apply([createUnowned, .offer(Offer(runID: id, sessionID: worker))])
    #expect(try #require(ledger.runs[id]).executionID == nil)
    let plan = ledger.apply([
      report(.propose(RunState(.pending)), 1, by: other),
      report(.propose(RunState(.running)), 1), report(.propose(RunState(.running)), 1, by: other),
    ])
    #expect(
      verdicts(plan) == [
        .verdict(.fenced(currentEpoch: 1, .bindRequired)), .verdict(.accepted),
        .verdict(.fenced(currentEpoch: 1, .otherExecution)),
      ])
    #expect(plan.claimsRemoved == [Claim(sessionID: worker, runID: id)])
    #expect(plan.claimsAdded == [Claim(sessionID: session, runID: id)])
  }

  @Test func aClaimThatLapsedMustBeMadeAnew() throws {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1)])
    let lapse = ledger.apply([.sessionLapsed(SessionLapse(runID: id, sessionID: session))])
    #expect(lapse.claimsRemoved.count == 1)
    #expect(try #require(ledger.runs[id]).stateType == .scheduled)
    let plan = ledger.apply([
      report(.propose(RunState(.running)), 2),
      report(.propose(RunState(.running)), 1, epoch: 2, by: other),
      report(.propose(RunState(.running)), 2),
    ])
    #expect(
      verdicts(plan) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)), .verdict(.accepted),
        .verdict(.fenced(currentEpoch: 2, .staleEpoch)),
      ])
  }

  @Test func aPresumedCrashIsTakenBack() throws {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1), report(.propose(RunState(.running)), 2)])
    let started = try #require(ledger.runs[id]).transitionTime
    let lapse = ledger.apply(
      [.sessionLapsed(SessionLapse(runID: id, sessionID: session))], after: 40)
    #expect(lapse.transitions.map(\.actor) == ["service:reaper"])
    #expect(try #require(ledger.runs[id]).isPresumptive)
    #expect(try #require(ledger.runs[id]).endTime != nil)
    let plan = ledger.apply(
      [report(.propose(RunState(.completed(RunState.Completed()))), 3)], after: 20)
    #expect(verdicts(plan) == [.verdict(.accepted)])
    let run = try #require(ledger.runs[id])
    #expect(run.stateType == .completed && !run.isPresumptive && run.attempt == 1)
    #expect(run.runningTime == started.distance(to: run.transitionTime))
    let late = ledger.apply([report(.propose(RunState(.running)), 4)])
    #expect(verdicts(late) == [.verdict(.refused(.runFinished))])
    #expect(late.refusals.map(\.seq) == [4])
    #expect(try #require(ledger.runs[id]).lastSeq == 4)
    #expect(late.updates.map(\.state.revision) == late.updates.map(\.expectedRevision))
  }

  @Test func aCancelHasItsBound() throws {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1), report(.propose(RunState(.running)), 2)])
    let cancel = Command.cancel(
      Cancellation(namespace: .standard, runID: id, actor: "ann", message: "enough"))
    let plan = ledger.apply([cancel, cancel])
    #expect(verdicts(plan) == [.verdict(.accepted), .unchanged])
    let deadline = plan.transitions[0].time + .seconds(30)
    #expect(plan.transitions[0].to == RunState(.cancelling(deadline: deadline), message: "enough"))
    #expect(plan.dueSet == [DueTime(runID: id, time: deadline, stateType: .cancelling)])
    #expect(
      plan.followUps == [
        .cancelChildren(of: id, namespace: .standard, actor: "ann", bound: .seconds(30))
      ])
    #expect(verdicts(ledger.apply([.dueTimePassed(id)], after: 10)) == [.unchanged])
    let ended = ledger.apply(
      [report(.propose(RunState(.completed(RunState.Completed()))), 3)], after: 5)
    #expect(verdicts(ended) == [.verdict(.replaced(.runCancelling))])
    #expect(ended.transitions[0].to.type == .cancelled)
    #expect(ended.dueCleared == [id])
    #expect(ended.claimsRemoved == [Claim(sessionID: session, runID: id)])
  }

  @Test func aSecondCancelOnlyShortensTheBound() throws {
    func cancel(_ seconds: Int64, _ actor: String) -> Command {
      .cancel(
        Cancellation(namespace: .standard, runID: id, actor: actor, bound: .seconds(seconds)))
    }
    var ledger = Ledger()
    _ = ledger.apply([
      report(.create(flow), 1), report(.propose(RunState(.running)), 2), cancel(3600, "ann"),
    ])
    let plan = ledger.apply([cancel(5, "bob"), cancel(5, "bob"), cancel(3600, "ann")])
    #expect(verdicts(plan) == [.verdict(.accepted), .unchanged, .unchanged])
    #expect(plan.transitions.map(\.rule) == ["CANCELLING/cancel-sooner"])
    let deadline = ledger.now + .seconds(5)
    #expect(plan.transitions.map(\.to) == [RunState(.cancelling(deadline: deadline))])
    #expect(plan.dueSet == [DueTime(runID: id, time: deadline, stateType: .cancelling)])
    #expect(
      plan.followUps == [
        .cancelChildren(of: id, namespace: .standard, actor: "bob", bound: .seconds(5))
      ])
    #expect(plan.claimsAdded.isEmpty && plan.claimsRemoved.isEmpty)
    let ended = ledger.apply([.dueTimePassed(id)], after: 5)
    #expect(ended.transitions.map(\.rule) == ["CANCELLING/bound-passed"])
  }

  @Test func aBoundThatPassedCancels() throws {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1)])
    _ = ledger.apply([
      .cancel(Cancellation(namespace: .standard, runID: id, actor: "ann", bound: .seconds(5)))
    ])
    let plan = ledger.apply([.dueTimePassed(id)], after: 5)
    #expect(plan.transitions.map(\.rule) == ["CANCELLING/bound-passed"])
    #expect(try #require(ledger.runs[id]).startTime == nil)
  }

  @Test func childrenOfAStoppedRunDoNotStart() throws {
    var ledger = Ledger()
    let task = NewRun(kind: .task, definition: "t", parentID: id)
    let sub = NewRun(kind: .flow, definition: "s", parentID: id)
    _ = ledger.apply([
      report(.create(flow), 1), report(.create(task), 1, on: child),
      report(.propose(RunState(.running)), 2),
    ])
    #expect(try #require(ledger.runs[child]).rootID == id)
    let plan = ledger.apply([
      report(.propose(RunState(.completed(RunState.Completed()))), 3),
      report(.propose(RunState(.running)), 2, on: child),
      report(.create(task), 1, on: RunID(high: 5, low: 5)),
      report(.create(sub), 1, on: RunID(high: 6, low: 6)),
      report(
        .create(NewRun(kind: .task, definition: "t", parentID: RunID(high: 7, low: 7))), 1,
        on: RunID(high: 8, low: 8)),
    ])
    #expect(
      verdicts(plan) == [
        .verdict(.accepted), .verdict(.refused(.parentStopped)),
        .verdict(.refused(.parentStopped)), .verdict(.accepted),
        .failure(.parentNotFound(RunID(high: 7, low: 7))),
      ])
    #expect(plan.refusals.map(\.runID) == [child])
  }

  @Test func noRunIsMadeBelowOneThatItEncloses() throws {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1)])
    let (parent, root) = (RunID(high: 6, low: 6), RunID(high: 7, low: 7))
    // One that came from elsewhere, before the runs that enclose it.
    ledger.runs[id]?.parentID = parent
    ledger.runs[id]?.rootID = root
    let below = NewRun(kind: .flow, definition: "s", parentID: id)
    let circular = InvalidValue("create.parent_id", "would make the run enclose itself")
    #expect(
      verdicts(
        ledger.apply([
          report(.create(below), 1, on: parent), report(.create(below), 1, on: root),
          report(.create(below), 1, on: child),
        ])) == [
          .failure(.invalid(circular)), .failure(.invalid(circular)), .verdict(.accepted),
        ])
  }

  @Test func aRunWaitsUntilItIsDue() throws {
    var ledger = Ledger()
    let due = ledger.now + .seconds(61)
    let later = NewRun(kind: .flow, definition: "etl", dueTime: due)
    _ = ledger.apply([
      .report(Report(namespace: .standard, runID: id, actor: "test", item: .create(later)))
    ])
    let early = ledger.apply([report(.propose(RunState(.running)), 1)], after: 10)
    #expect(verdicts(early) == [.verdict(.wait(.seconds(50), .notDue))])
    #expect(early.updates.isEmpty)
    let onTime = ledger.apply([report(.propose(RunState(.running)), 1)], after: 50)
    #expect(verdicts(onTime) == [.verdict(.accepted)])
    #expect(try #require(ledger.runs[id]).dueTime == nil)
  }

  @Test func theSameIdIsTheSameRunOrNone() {
    var ledger = Ledger()
    _ = ledger.apply([createUnowned])
    var elsewhere = Report(
      namespace: Namespace(unchecked: "elsewhere"), runID: id, actor: "test", item: .create(flow))
    let different = Report(
      namespace: .standard, runID: id, actor: "test",
      item: .create(NewRun(kind: .flow, definition: "other")))
    var plan = ledger.apply([createUnowned, .report(elsewhere), .report(different)])
    #expect(
      verdicts(plan) == [
        .existing, .failure(.alreadyExists(id)), .failure(.alreadyExists(id)),
      ])
    elsewhere.item = .propose(RunState(.running))
    elsewhere.executionID = mine
    plan = ledger.apply([
      .report(elsewhere),
      .cancel(
        Cancellation(namespace: Namespace(unchecked: "elsewhere"), runID: id, actor: "x")),
      report(.propose(RunState(.running)), 1, on: child),
    ])
    #expect(
      verdicts(plan) == [
        .failure(.notFound(id)), .failure(.notFound(id)), .failure(.notFound(child)),
      ])
  }

  @Test func aLapseOfAnOtherSessionClearsOnlyItsClaim() {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1), report(.propose(RunState(.running)), 2)])
    let stale = SessionID(high: 8, low: 8)
    let plan = ledger.apply([
      .sessionLapsed(SessionLapse(runID: id, sessionID: stale)), .dueTimePassed(id),
    ])
    #expect(verdicts(plan) == [.unchanged, .unchanged])
    #expect(plan.claimsRemoved == [Claim(sessionID: stale, runID: id)])
    #expect(plan.dueCleared == [id])
    #expect(plan.updates.isEmpty)
  }

  @Test func aClaimThatIsBackInTheEndStays() {
    var ledger = Ledger()
    _ = ledger.apply([report(.create(flow), 1), report(.propose(RunState(.running)), 2)])
    var elsewhere = Report(
      namespace: .standard, runID: id, epoch: 1, executionID: mine, seq: 3,
      sessionID: SessionID(high: 8, low: 8), actor: "test",
      item: .propose(RunState(.running, name: "Moved")))
    let lapse = Command.sessionLapsed(SessionLapse(runID: id, sessionID: session))
    let plan = ledger.apply([
      .report(elsewhere), lapse, report(.propose(RunState(.running, name: "Back")), 4),
    ])
    #expect(plan.results.map(\.outcome) == [.verdict(.accepted), .unchanged, .verdict(.accepted)])
    #expect(plan.claimsRemoved.isEmpty && plan.claimsAdded.isEmpty)
    elsewhere.seq = 5
    let moved = ledger.apply([.report(elsewhere), lapse])
    #expect(moved.claimsRemoved == [Claim(sessionID: session, runID: id)])
    #expect(moved.claimsAdded.count == 1)
  }

  @Test func onlyTheModelPresumes() throws {
    var ledger = Ledger()
    let lie = RunState(.crashed(RunState.Crashed(note: "x", isPresumptive: true)))
    _ = ledger.apply([report(.create(flow), 1), report(.propose(lie), 2)])
    #expect(try #require(ledger.runs[id]).isPresumptive == false)
  }

  @Test func keysAreSortedAndParentsApart() {
    let task = NewRun(kind: .task, definition: "t", parentID: id)
    let orphan = NewRun(kind: .task, definition: "t", parentID: RunID(high: 1, low: 1))
    let keys = TransitionBatch.keys(of: [
      report(.create(task), 1, on: child), report(.propose(RunState(.running)), 2, on: child),
      report(.create(orphan), 1, on: RunID(high: 9, low: 9)),
      report(.propose(RunState(.running)), 2),
    ])
    #expect(keys.runs == [RunID(high: 9, low: 9), id, child])
    #expect(keys.parents == [RunID(high: 1, low: 1)])
  }

  @Test func writesComeInIdOrder() {
    let commands = (1...20).reversed().map {
      report(.create(flow), 1, on: RunID(high: UInt64($0), low: 0))
    }
    var ledger = Ledger()
    let inserted = ledger.apply(commands).inserts
    #expect(inserted.map(\.state.id) == inserted.map(\.state.id).sorted())
    #expect(inserted.map(\.command) == Array((0..<20).reversed()))
  }
}
