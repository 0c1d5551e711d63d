// Decides what a batch makes of runs that need slots: put off until the limits have answered, with all that follows for
// the same run; taken with the start, given back with what ends it.

import MartletModel
import Testing

@Suite struct RunSlotDecisionTests {
  private let base = TransitionBatchTests()
  private let lease = LeaseID(high: 9, low: 9)

  private var limited: NewRun {
    NewRun(kind: .task, definition: "t", limits: [SlotNeed(.global, "api")])
  }

  private func start(_ seq: Int64) -> Command { base.report(.propose(RunState(.running)), seq) }
  private func end(_ seq: Int64) -> Command {
    base.report(.propose(RunState(.completed(RunState.Completed()))), seq)
  }

  private func gate(_ standing: SlotStanding) -> SlotGate {
    SlotGate(standings: [base.id: standing])
  }

  @Test func aStartIsPutOffWithWhatFollows() {
    var ledger = Ledger()
    let plan = ledger.apply([base.report(.create(limited), 1), start(2), end(3)])
    #expect(plan.undecided == [1, 2])
    #expect(plan.transitions.map(\.to.type) == [.pending])
    #expect(
      plan.slotRequests.map(\.needs) == [[SlotNeed(.global, "api")]]
        && plan.slotRequests.map(\.epoch) == [1])
    let later = ledger.apply([start(2), end(3)], gate: gate(.ready(lease)))
    #expect(later.undecided.isEmpty)
    #expect(base.verdicts(later) == [.verdict(.accepted), .verdict(.accepted)])
    #expect(later.slotsTaken == [SlotTaking(lease: lease, epoch: 1)])
    #expect(later.slotsReleased == [base.id])
    #expect(ledger.runs[base.id]?.isUntallied == true)
  }

  @Test func whatStandsInTheWayIsToldAndNothingMore() {
    let line = SlotLine(
      lease: lease, scope: .global, name: "api", slots: 3, taken: 3, place: 4)
    var ledger = Ledger()
    _ = ledger.apply([base.report(.create(limited), 1)])
    let waits = ledger.apply([start(2)], gate: gate(.full(line)))
    #expect(base.verdicts(waits) == [.verdict(.wait(line.pause, .awaitingConcurrencySlot))])
    #expect(waits.results[0].line == line && waits.updates.isEmpty)
    // The other questions come first: nobody is asked for slots of a run that may not start.
    let early = NewRun(
      kind: .task, definition: "t", dueTime: ledger.now + .hours(1), limits: limited.limits)
    var other = Ledger()
    _ = other.apply([base.report(.create(early), 1)])
    let plan = other.apply([start(2)])
    #expect(plan.undecided.isEmpty && plan.slotRequests.isEmpty)
    let refused = ledger.apply([start(2)], gate: gate(.refused))
    #expect(base.verdicts(refused) == [.verdict(.replaced(.limitFull))])
    #expect(refused.transitions.map(\.to.type) == [.cancelled])
  }

  /// The farther behind, the seldomer it asks; never so seldom that it loses its place.
  @Test func thePauseInLineIsShorterThanPatience() {
    let pauses = [1, 10, 100, 1_000_000].map { place in
      SlotLine(lease: lease, scope: .tag, name: "t", slots: 1, taken: 1, place: place).pause
    }
    #expect(pauses == pauses.sorted() && pauses[0] < .seconds(1))
    #expect(pauses[3] < LimitBounds.patience)
  }

  @Test func tagsMatterOnlyWhereTheyHaveALimit() {
    let tagged = NewRun(kind: .task, definition: "t", tags: ["a", "b"])
    func plan(_ limits: Set<TagLimit>?) -> TransitionPlan {
      var ledger = Ledger()
      return ledger.apply(
        [base.report(.create(tagged), 1), start(2)], gate: SlotGate(tagLimits: limits))
    }
    #expect(plan([]).undecided.isEmpty)
    #expect(plan([TagLimit(.standard, "c")]).undecided.isEmpty)
    #expect(plan([TagLimit(.standard, "b")]).undecided == [1])
    #expect(plan(nil).undecided == [1])
    #expect(tagged.policy.needs == [SlotNeed(.tag, "a"), SlotNeed(.tag, "b")])
  }

  @Test func needsAreChecked() {
    let wrong: [([SlotNeed], String)] = [
      ([SlotNeed(.global, "")], "create.limits[0].name"),
      ([SlotNeed(.global, "a", slots: 0)], "create.limits[0].slots"),
      ([SlotNeed(.global, "a"), SlotNeed(.global, "a")], "create.limits[1].name"),
      (Array(repeating: SlotNeed(.global, "a"), count: 17), "create.limits"),
    ]
    for (limits, field) in wrong {
      #expect {
        try NewRun(kind: .task, definition: "t", limits: limits).validate()
      } throws: {
        ($0 as? InvalidValue)?.field == field
      }
    }
    #expect(throws: Never.self) {
      try NewRun(
        kind: .task, definition: "t", limits: [SlotNeed(.global, "a"), SlotNeed(.tag, "a")]
      ).validate()
    }
  }
}
