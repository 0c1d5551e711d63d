// Decides which gates a run of each state has, how they stand, and that what they say holds in the state machine.

import MartletModel
import Testing

@Suite struct RunExplanationTests {
  let tests = TransitionBatchTests()

  /// The explanation of the run after a batch.
  private func explain(
    _ ledger: Ledger, _ plan: TransitionPlan, after delay: Interval = .zero,
    _ change: (inout RunFacts) -> Void = { _ in }
  ) throws -> RunExplanation {
    let last = try #require(plan.transitions.last)
    let run = try #require(ledger.runs[last.runID])
    var facts = RunFacts(
      run: run, state: last.to, actor: last.actor, reason: last.verdict.reason,
      parent: run.parentID.flatMap { ledger.runs[$0] }, now: ledger.now + delay)
    change(&facts)
    return RunExplanation(facts)
  }

  private func standing(_ explanation: RunExplanation, _ kind: Gate.Kind) -> Gate.Standing? {
    explanation.gates.first { $0.kind == kind }?.standing
  }

  private func create(_ run: NewRun) -> Command {
    .report(Report(namespace: .standard, runID: tests.id, actor: "ann", item: .create(run)))
  }

  private func live(_ facts: inout RunFacts) {
    facts.session = SessionFact(
      id: tests.session, holder: "host/1", leaseUntil: facts.now + .seconds(30))
  }

  @Test func aDueTimeOpensByItself() throws {
    var ledger = Ledger()
    let due = ledger.now + .seconds(61)
    let plan = ledger.apply([
      create(NewRun(kind: .flow, definition: "etl", dueTime: due, createdBy: "ann"))
    ])
    let early = try explain(ledger, plan)
    #expect(early.gates.map(\.kind) == [.dueTime, .owner])
    #expect(early.gates.map(\.standing) == [.closed, .closed])
    #expect(early.gates[0].openTime == due)
    #expect(early.summary == "It starts when its due time comes and an executor takes it.")
    #expect(early.openTime == nil)
    let late = try explain(ledger, plan, after: .seconds(60))
    #expect(late.gates.map(\.standing) == [.open, .closed])
    #expect(late.summary == "It starts when an executor takes it.")
  }

  @Test func whatMadeItHoldsItBack() throws {
    var ledger = Ledger()
    let due = ledger.now + .seconds(60)
    let plan = ledger.apply([
      create(NewRun(kind: .flow, definition: "etl", dueTime: due, createdBy: "ann"))
    ])
    func explain(
      _ hold: WorkFact.Hold?, after delay: Interval = .seconds(90), isServed: Bool = false
    ) throws -> RunExplanation {
      try self.explain(ledger, plan, after: delay) { facts in
        facts.work = WorkFact(
          hold: hold, deployment: .init("etl/d"), pool: .init("p"), queue: .init("default"),
          isServed: isServed)
      }
    }
    let start = "a worker of p connects, such as by `martlet worker start --pool p`."
    #expect(try explain(nil).summary == "It starts when " + start)
    #expect(
      try explain(nil, isServed: true).summary
        == "It starts when a program that serves etl/d connects.")
    // Until it is due nobody expects the scheduler.
    let early = try explain(.schedule("nightly", why: ""), after: .zero)
    #expect(early.summary == "It starts when its due time comes and " + start)
    let late = try explain(.schedule("nightly", why: ""))
    #expect(late.summary == "It starts when the scheduler comes to it and " + start)
    let held = try explain(.schedule("nightly", why: "its zone is gone"), after: .zero)
    #expect(held.gates[1].summary == "its schedule is held back: its zone is gone")
    let overlap = try explain(.overlap("nightly", others: 1))
    #expect(
      overlap.summary
        == "It starts when the run before it of the schedule nightly ended and " + start)
    let id = BackfillID(high: 1, low: 2)
    let backfill = try explain(.backfill(id, parallel: 2, going: 2, place: 3))
    #expect(backfill.gates[1].subject == "\(id) (backfill)")
    #expect(backfill.gates[1].summary == "2 of 2 runs go on, place 3 in line")
    #expect(backfill.summary == "It starts when its turn in the backfill comes and " + start)
  }

  @Test func aRetryWaitsForItsDelayWithItsOwner() throws {
    var ledger = Ledger()
    let policy = RetryPolicy(maxRetries: 3, delay: .listed([.seconds(10)]))
    _ = ledger.apply([
      tests.report(.create(NewRun(kind: .task, definition: "t", retry: policy)), 1),
      tests.report(.propose(RunState(.running)), 2),
    ])
    let plan = ledger.apply([
      tests.report(.propose(RunState(.failed(.init(errorType: "ValueError")))), 3)
    ])
    let waiting = try explain(ledger, plan) { live(&$0) }
    #expect(waiting.gates.map(\.kind) == [.retry, .owner])
    #expect(waiting.gates.map(\.standing) == [.closed, .open])
    #expect(waiting.gates[0].summary == "attempt 1 failed with ValueError, 2 of 3 retries left")
    #expect(waiting.openTime == plan.transitions[0].time + .seconds(10))
    let due = try explain(ledger, plan, after: .seconds(11)) { live(&$0) }
    #expect(due.gates.map(\.standing) == [.open, .closed])
    #expect(due.summary == "It starts when its process starts it.")
    let lost = try explain(ledger, plan, after: .seconds(40)) {
      live(&$0)
      $0.session?.leaseUntil = ledger.now
    }
    #expect(standing(lost, .owner) == .closed)
  }

  /// What the gate of the enclosing run says is what the state machine answers a start.
  @Test(arguments: StateType.allCases, RunKind.allCases)
  func theParentsGateIsTheStateMachines(state: StateType, kind: RunKind) throws {
    var ledger = Ledger()
    _ = ledger.apply([
      tests.report(.create(tests.flow), 1),
      tests.report(.propose(RunState(.running)), 2),
    ])
    let plan = ledger.apply([
      .report(
        Report(
          namespace: .standard, runID: tests.child, actor: "ann",
          item: .create(NewRun(kind: kind, definition: "t", parentID: tests.id))))
    ])
    ledger.runs[tests.id]?.stateType = state
    let gate = standing(try explain(ledger, plan), .parent)
    let started = ledger.apply([
      .report(
        Report(
          namespace: .standard, runID: tests.child, epoch: 1, executionID: tests.mine, seq: 1,
          actor: "ann", item: .propose(RunState(.running))))
    ])
    let isAccepted = started.results.map(\.outcome) == [.verdict(.accepted)]
    #expect(gate == (isAccepted ? .open : .closed))
  }

  /// Only a cancellation reaches what has started below.
  @Test(arguments: [
    (StateType.failed, Gate.Standing.open, "the enclosing run is FAILED, but this one has started"),
    (.completed, .open, "the enclosing run is COMPLETED, but this one has started"),
    (.cancelled, .open, "the enclosing run is CANCELLED: this one is asked to stop"),
    (.cancelling, .closed, "the enclosing run is CANCELLING: this one is cancelled with it"),
  ])
  func whatHasStartedGoesOn(_ state: StateType, _ standing: Gate.Standing, _ text: String) throws {
    var ledger = Ledger()
    _ = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
    ])
    func report(_ item: Report.Item, _ seq: Int64) -> Command {
      .report(
        Report(
          namespace: .standard, runID: tests.child, epoch: 1, executionID: tests.mine, seq: seq,
          actor: "ann", item: item))
    }
    let plan = ledger.apply([
      report(
        .create(NewRun(kind: .task, definition: "t", parentID: tests.id, createdBy: "ann")), 1),
      report(.propose(RunState(.running)), 2),
    ])
    ledger.runs[tests.id]?.stateType = state
    let gate = try #require(try explain(ledger, plan).gates.first { $0.kind == .parent })
    #expect(gate.standing == standing)
    #expect(gate.summary == text)
  }

  @Test func aPauseSaysWhatItAsksFor() throws {
    var ledger = Ledger()
    let until = ledger.now + .hours(1)
    let plan = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
      tests.report(
        .propose(
          RunState(
            .paused(
              .init(
                until: until, key: "approve",
                inputSchema: #"{"required": ["ok", "why"], "type": "object"}"#)))), 3),
    ])
    let paused = try explain(ledger, plan) { live(&$0) }
    #expect(paused.gates.map(\.kind) == [.pause, .owner])
    #expect(paused.gates[0].endTime == until && paused.gates[0].openTime == nil)
    #expect(paused.gates[0].summary.contains("approve"))
    #expect(
      paused.summary == "It goes on when somebody resumes it with the input it asks for: ok, why.")
  }

  @Test func aRunningRunNamesItsBoundsAndItsOwner() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      tests.report(.create(NewRun(kind: .task, definition: "t", timeout: .seconds(60))), 1),
      tests.report(.propose(RunState(.running)), 2),
    ])
    let alive = try explain(ledger, plan) { live(&$0) }
    #expect(alive.gates.map(\.kind) == [.owner, .timeout])
    #expect(alive.gates.map(\.standing) == [.open, .open])
    #expect(alive.gates[1].endTime == ledger.runs[tests.id]?.dueTime && alive.summary == "It runs.")
    let silent = try explain(ledger, plan) {
      live(&$0)
      $0.session?.leaseUntil = ledger.now + .seconds(-1)
    }
    #expect(standing(silent, .owner) == .closed)
    let unwatched = try explain(ledger, plan) { $0.run.sessionID = nil }
    #expect(standing(unwatched, .owner) == .unknown)
    let lost = try explain(ledger, plan) {
      $0.run.sessionID = nil
      $0.state.name = "OwnerLost"
    }
    #expect(standing(lost, .owner) == .closed)
    #expect(lost.summary == "It goes on when its process reports, or an operator acts.")
    let cancelled = ledger.apply([
      .cancel(Cancellation(namespace: .standard, runID: tests.id, actor: "ann"))
    ])
    let stopping = try explain(ledger, cancelled) { live(&$0) }
    #expect(stopping.gates.map(\.kind) == [.cancellation, .owner])
    #expect(stopping.openTime == cancelled.transitions[0].time + Cancellation.standardBound)
  }

  @Test func linesAndKeysAreGates() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
    ])
    let limit = LimitID(high: 5, low: 5)
    func fact(_ place: Int64?, slots: Int32, held: Int64, wanted: Int32 = 1) -> LimitFact {
      LimitFact(
        limit: LimitOccupancy(id: limit, slots: slots, held: held), name: "api", scope: .global,
        wanted: wanted, place: place, holders: [.init("bob", runID: tests.child)],
        holderCount: slots == 2 && wanted == 1 && place == 12 ? 7 : 1)
    }
    let explanation = try explain(ledger, plan) {
      live(&$0)
      $0.limits = [
        fact(nil, slots: 2, held: 2), fact(12, slots: 2, held: 2), fact(1, slots: 0, held: 0),
        fact(2, slots: 2, held: 0, wanted: 3), fact(22, slots: 2, held: 0),
      ]
      $0.cacheKeys = [
        CacheFact(key: "k", holder: tests.child, lapseTime: $0.now + .seconds(5), isOwn: false),
        CacheFact(key: "mine", holder: tests.id, lapseTime: $0.now + .seconds(5), isOwn: true),
      ]
    }
    let limits = explanation.gates.filter { $0.kind == .limit }
    #expect(
      limits.map(\.summary) == [
        "it holds 1 of 2 slots", "2 of 2 slots taken by 7 holders, 12th in line",
        "it has no slots, 1st in line",
        "it wants 3 of 2 slots", "0 of 2 slots taken, 22nd in line",
      ])
    #expect(limits.map(\.standing) == [.open, .closed, .closed, .closed, .closed])
    #expect(limits[1].remedy == "a slot of api comes free")
    #expect(limits[1].references == [.limit(limit, name: "api"), .run(tests.child, name: "bob")])
    let keys = explanation.gates.filter { $0.kind == .cache }
    #expect(keys.map(\.standing) == [.closed, .open] && keys.map(\.subject) == ["k", "mine"])
  }

  @Test func limitsAreGatesBeforeTheyAreAsked() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      create(NewRun(kind: .flow, definition: "etl", createdBy: "ann"))
    ])
    func fact(slots: Int32, held: Int64, wanted: Int32 = 1) -> LimitFact {
      var fact = LimitFact(
        limit: LimitOccupancy(id: LimitID(high: 5, low: 5), slots: slots, held: held), name: "api",
        scope: .tag, wanted: wanted)
      fact.hasAsked = false
      return fact
    }
    let explanation = try explain(ledger, plan) {
      $0.limits = [
        fact(slots: 2, held: 1), fact(slots: 2, held: 2), fact(slots: 0, held: 0),
        fact(slots: 2, held: 0, wanted: 3),
      ]
    }
    let gates = explanation.gates.filter { $0.kind == .limit }
    #expect(gates.map(\.standing) == [.open, .closed, .closed, .closed])
    #expect(
      gates.map(\.summary) == [
        "1 of 2 slots taken", "2 of 2 slots taken", "it has no slots", "it wants 3 of 2 slots",
      ])
    #expect(
      gates.map(\.remedy) == [
        "", "a slot of api comes free", "somebody gives api slots", "somebody gives api 3 slots",
      ])
    #expect(gates.allSatisfy { $0.subject == "api (TAG)" })
  }

  @Test func holdersAreNamedWithTheirTimes() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
    ])
    let since = ledger.now + .seconds(-90)
    let holders = [
      LimitFact.Holder("rose-asp", runID: tests.child, since: since),
      LimitFact.Holder("host/7", since: since), LimitFact.Holder("gentle-vole", runID: tests.child),
    ]
    let limit = LimitID(high: 5, low: 5)
    let references: [Gate.Reference] = [
      .limit(limit, name: "api"), .run(tests.child, name: "rose-asp", since: since),
      .holder("host/7", since: since), .run(tests.child, name: "gentle-vole"),
    ]
    let waiting = try explain(ledger, plan) {
      $0.limits = [
        LimitFact(
          limit: LimitOccupancy(id: limit, slots: 3, held: 3), name: "api", scope: .global,
          wanted: 1, place: 1, holders: holders, holderCount: 3)
      ]
    }
    let gate = try #require(waiting.gates.first { $0.kind == .limit })
    #expect(gate.references == references)
    var other = Ledger()
    let created = other.apply([
      create(NewRun(kind: .flow, definition: "etl", createdBy: "ann"))
    ])
    let queued = try explain(other, created) {
      $0.work = WorkFact(
        deployment: .init("etl/d"), pool: .init("p", limit: 3, taken: 3), queue: .init("default"),
        holders: holders)
    }
    let pool = try #require(queued.gates.first { $0.subject == "p (pool)" })
    #expect(pool.references == Array(references.dropFirst()))
  }

  @Test func anEndSaysHowAndByWhom() throws {
    var ledger = Ledger()
    let plan = ledger.apply([
      tests.report(.create(tests.flow), 1), tests.report(.propose(RunState(.running)), 2),
      tests.report(
        .propose(RunState(.failed(.init(errorType: "ValueError", errorMessage: "no rows")))), 3),
    ])
    let ended = try explain(ledger, plan)
    #expect(ended.gates.map(\.kind) == [.end])
    #expect(ended.gates[0].summary == "Failed, by test: ValueError: no rows")
    #expect(ended.summary == "It has ended." && ended.openTime == nil)
    #expect(ended.gates[0].endTime == ledger.runs[tests.id]?.endTime)
  }

  @Test func everyStateHasGatesAndASentence() throws {
    var ledger = Ledger()
    var plan = ledger.apply([create(tests.flow)])
    var seen: Set<StateType> = []
    for detail: RunState.Detail in [
      .scheduled(.init()), .pending, .running, .paused(.init()), .cancelling(deadline: nil),
      .completed(.init()), .failed(.init()), .cancelled, .crashed(.init()),
    ] {
      plan.transitions[0].to = RunState(detail)
      ledger.runs[tests.id]?.stateType = detail.type
      let explanation = try explain(ledger, plan)
      #expect(!explanation.gates.isEmpty && explanation.summary.hasSuffix("."))
      #expect(!explanation.summary.contains("when ."), "\(explanation.summary)")
      seen.insert(detail.type)
    }
    #expect(seen.count == StateType.allCases.count)
  }
}
