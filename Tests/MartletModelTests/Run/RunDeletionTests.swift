// Decides which runs may be deleted: every state, owned and not, with a session and without, against a table written by hand;
// and what becomes of trees.

import MartletModel
import Testing

@Suite struct RunDeletionTests {
  private func row(
    _ number: UInt64, _ state: StateType = .completed, isOwned: Bool = false,
    hasSession: Bool = false, isPresumptive: Bool = false
  ) -> RunSnapshot {
    let id = RunID(high: 1, low: number)
    return RunSnapshot(
      id: id, namespace: .standard, kind: .flow, parentID: nil, rootID: id,
      contentDigest: ContentDigest(of: NewRun(kind: .flow, definition: "f")), stateType: state,
      stateName: "S", epoch: 1, executionID: isOwned ? ExecutionID(high: 1, low: 1) : nil,
      sessionID: hasSession ? SessionID(high: 1, low: 1) : nil, lastSeq: 1, revision: 1, attempt: 1,
      startTime: nil, endTime: nil, transitionTime: .epoch, runningTime: .zero,
      isPresumptive: isPresumptive, dueTime: nil)
  }

  @Test(arguments: StateType.allCases) func everyStateOwnedAndNot(state: StateType) {
    // In no state that somebody may be at work in; ended ones whoever had them.
    let whenFree: Set<StateType> = [
      .scheduled, .paused, .completed, .failed, .cancelled, .crashed,
    ]
    let always: Set<StateType> = [.completed, .failed, .cancelled, .crashed]
    for isOwned in [false, true] {
      for hasSession in [false, true] {
        for isPresumptive in [false, state == .crashed] {
          let run = row(
            1, state, isOwned: isOwned, hasSession: hasSession, isPresumptive: isPresumptive)
          let expected = (isOwned || hasSession ? always : whenFree).contains(state)
          #expect(run.isDeletable == expected, "\(state) \(isOwned) \(hasSession)")
          let decision = RunDeletion(
            [.init(top: run.id, runs: [run.id])], locked: [run], children: [])
          #expect(decision.answers == [expected ? .deleted(runs: 1) : .held(run.id, state)])
          #expect(decision.runs == (expected ? [run.id] : []))
        }
      }
    }
  }

  @Test func aTreeGoesWholeOrNotAtAll() {
    let rows = [row(1), row(2), row(3, .running), row(4)]
    let ids = rows.map(\.id)
    let children = [(id: ids[1], parent: ids[0]), (id: ids[3], parent: ids[1])]
    let missing = RunID(high: 9, low: 9)
    let decision = RunDeletion(
      [
        .init(top: ids[0], runs: [ids[0], ids[1], ids[3]]),
        // Of overlapping ones the second is answered alone, and counts what is there.
        .init(top: ids[1], runs: [ids[1], ids[3]]),
        .init(top: ids[1], runs: [ids[1]]),
        .init(top: ids[2], runs: [ids[2]]),
        .init(top: missing, runs: [missing]),
      ], locked: rows, children: children)
    #expect(
      decision.answers == [
        .deleted(runs: 3), .deleted(runs: 2), .grown, .held(ids[2], .running), .notFound,
      ])
    #expect(decision.runs == [ids[0], ids[1], ids[3]])
  }

  @Test func oneThatIsAtWorkHoldsTheWholeTree() {
    let rows = [row(1), row(2, .paused, isOwned: true)]
    let ids = rows.map(\.id)
    let decision = RunDeletion(
      [.init(top: ids[0], runs: ids)], locked: rows, children: [(id: ids[1], parent: ids[0])])
    #expect(decision.answers == [.held(ids[1], .paused)])
    #expect(decision.runs.isEmpty)
  }

  @Test(arguments: StateType.allCases)
  func whatBecomesOfAChildThatWasPutBack(parent: StateType) {
    let day = Instant.epoch + RunSnapshot.presumption
    let fate = { (kind: RunKind, isPresumptive: Bool, now: Instant) in
      self.row(1, parent, isPresumptive: isPresumptive).fate(ofPutBack: kind, now: now)
    }
    let stopped: Set<StateType> = [.cancelling, .cancelled]
    let ended: Set<StateType> = [.completed, .failed, .crashed]
    #expect(fate(.flow, false, day) == (stopped.contains(parent) ? .stranded : .free))
    #expect(
      fate(.task, false, .epoch)
        == (stopped.union(ended).contains(parent) ? .stranded : .waits))
    guard parent == .crashed else { return }
    // Presumed crashed: its tasks wait with it for a while, its subflows need it not.
    #expect(fate(.task, true, day + .seconds(-1)) == .waits)
    #expect(fate(.task, true, day) == .stranded)
    #expect(fate(.flow, true, day + .hours(1)) == .free)
  }
}
