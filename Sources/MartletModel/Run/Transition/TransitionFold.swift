// Decides how the commands of a batch fold: each is decided on the row as the ones before it left it.

/// The working state of a batch.
struct TransitionFold {
  /// A run in the batch: a locked row, or one that began here.
  struct Entry {
    var run: RunSnapshot
    /// The revision, last seq, claim and due row it had when the batch began.
    let revision: Int64
    let lastSeq: Int64
    let claim: Claim?
    let due: DueTime?
    /// Where in `plan.inserts` it is, if it began here.
    let insert: Int?
    var isChanged = false
  }

  private let now: Instant
  private let timing: TransitionTiming
  private let machine: StateMachine
  var gate: SlotGate
  /// Runs that the limits are to be asked for: what comes after waits with them.
  var undecided: Set<RunID> = []
  var entries: [Entry] = []
  /// Where in `entries` each run is.
  var slots: [RunID: Int]
  var plan = TransitionPlan()
  /// What was told before, here or in earlier batches.
  private var told: Set<ToldKey>
  /// Claims and due rows that made somebody ask in vain.
  private var vainClaims: [Claim] = []
  private var vainDues: [RunID] = []

  init(
    runs: [RunSnapshot], commands: [Command], now: Instant, timing: TransitionTiming,
    gate: SlotGate, told: Set<ToldKey>, machine: StateMachine
  ) {
    self.now = now
    self.timing = timing
    self.machine = machine
    self.gate = gate
    self.told = told
    let creates = commands.count(where: \.isCreate)
    slots = Dictionary(minimumCapacity: runs.count + creates)
    entries.reserveCapacity(runs.count + creates)
    plan.results.reserveCapacity(commands.count)
    plan.transitions.reserveCapacity(commands.count)
    plan.inserts.reserveCapacity(creates)
    plan.updates.reserveCapacity(runs.count)
    for run in runs where slots.updateValue(entries.count, forKey: run.id) == nil {
      entries.append(
        Entry(
          run: run, revision: run.revision, lastSeq: run.lastSeq, claim: run.claim,
          due: run.due(timing),
          insert: nil))
    }
  }

  /// Decides one command.
  mutating func apply(_ command: Command, at index: Int) {
    let slot = slots[command.runID]
    if !undecided.isEmpty, undecided.contains(command.runID) {
      putOff(at: index, slot: slot)
      return
    }
    if let error = addressError(command, slot: slot) {
      plan.results.append(result(.failure(error), rule: "", slot: nil))
      return
    }
    var digest: ContentDigest?
    if case .report(let report) = command, let new = report.newRun,
      slot == nil || report.tale == nil
    {
      digest = ContentDigest(of: new)
    }
    let parent = parentAnswer(to: command, slot: slot)
    let standing = self.standing(of: command, slot: slot)
    let state: StateType?
    let situation: Situation
    if let slot {
      state = entries[slot].run.stateType
      situation = Situation(
        command, on: entries[slot].run, digest: digest, parent: parent,
        slots: standing?.answer ?? .slotsReady,
        isKnown: command.toldKey.map { told.contains($0) } ?? false, now: now, timing: timing)
    } else {
      state = nil
      situation = Situation(ofAbsentRun: command, parent: parent)
    }
    guard
      let match = machine.match(
        state: state, event: situation.event, situation: situation.answers)
    else {
      plan.results.append(result(.verdict(.refused(.illegalTransition)), rule: "", slot: slot))
      return
    }
    let rule = machine.rules[match]
    if let slot, standing == nil, rule.guards.contains(.slotsReady) {
      askLimits(for: command, at: index, slot: slot)
      return
    }
    settle(
      command, at: index, by: rule, slot: slot, digest: digest, standing: standing ?? .ready(nil))
  }

  /// Carries out what a rule decided.
  private mutating func settle(
    _ command: Command, at index: Int, by rule: TransitionRule, slot: Int?, digest: ContentDigest?,
    standing: SlotStanding
  ) {
    let outcome: Outcome
    var line: SlotLine?
    switch rule.ruling {
    case .accept:
      transit(
        command, at: index, by: rule, verdict: .accepted, slot: slot, digest: digest,
        standing: standing)
      return
    case .replace(let reason):
      transit(
        command, at: index, by: rule, verdict: .replaced(reason), slot: slot, digest: digest,
        standing: standing)
      return
    case .wait(let reason):
      var pause = timing.pausePoll
      if reason == .notDue, let due = slot.flatMap({ entries[$0].run.dueTime }) {
        pause = now.distance(to: due)
      }
      if reason == .awaitingConcurrencySlot, case .full(let full) = standing {
        line = full
        pause = full.pause
      }
      outcome = .verdict(.wait(pause, reason))
    case .refuse(let reason):
      outcome = .verdict(.refused(reason))
      if let slot, rule.effects.contains(.consumeSeq), case .report(let report) = command {
        refuse(report, for: reason, by: rule, slot: slot)
      }
    case .fence(let reason):
      outcome = .verdict(
        .fenced(currentEpoch: slot.map { entries[$0].run.epoch } ?? 0, reason))
    case .duplicate:
      guard case .report(let report) = command else { return }
      outcome = .duplicate(epoch: report.epoch, seq: report.seq)
    case .existing: outcome = .existing
    case .ignore:
      outcome = .unchanged
      noteVain(command)
    case .notFound:
      outcome = .failure(.notFound(command.runID))
      noteVain(command)
    case .alreadyExists: outcome = .failure(.alreadyExists(command.runID))
    case .outOfSequence:
      var expected: Int64 = 1
      if let slot, case .report(let report) = command, report.epoch == entries[slot].run.epoch {
        expected = entries[slot].run.lastSeq + 1
      }
      outcome = .failure(.outOfSequence(expected: expected))
    }
    plan.results.append(result(outcome, rule: rule.id, slot: slot))
    if let line { plan.results[plan.results.count - 1].line = line }
  }

  /// Uses up a seq for a refusal, which is kept to be answered again.
  private mutating func refuse(
    _ report: Report, for reason: Reason, by rule: TransitionRule, slot: Int
  ) {
    guard case .propose(let state) = report.item, let execution = report.executionID else { return }
    entries[slot].run.lastSeq = report.seq
    entries[slot].isChanged = true
    plan.refusals.append(
      Refusal(
        runID: report.runID, namespace: report.namespace, epoch: report.epoch, seq: report.seq,
        executionID: execution, reason: reason, rule: rule.id, proposed: state.type, time: now))
  }

  /// Notes the claim or due row that made somebody ask in vain, so that nobody asks for ever.
  private mutating func noteVain(_ command: Command) {
    switch command {
    case .sessionLapsed(let lapse):
      vainClaims.append(Claim(sessionID: lapse.sessionID, runID: lapse.runID))
    case .dueTimePassed(let id): vainDues.append(id)
    case .report, .cancel, .offer, .withdrawOffer, .pause, .resume, .retry, .setState, .hold: break
    }
  }

  /// Removes what was asked for in vain, unless it is true in the end.
  private mutating func dropVain() {
    for claim in vainClaims where slots[claim.runID].map({ entries[$0].run.claim }) != claim {
      if !plan.claimsRemoved.contains(claim) { plan.claimsRemoved.append(claim) }
    }
    for id in vainDues where slots[id].flatMap({ entries[$0].run.due(timing) }) == nil {
      if !plan.dueCleared.contains(id) { plan.dueCleared.append(id) }
    }
  }

  /// Makes a transition: the row as it shall be, its history, its consequences.
  private mutating func transit(
    _ command: Command, at index: Int, by rule: TransitionRule, verdict: Verdict, slot: Int?,
    digest: ContentDigest?, standing: SlotStanding
  ) {
    guard let slot = slot ?? begin(command, at: index, digest: digest) else { return }
    let from = entries[slot].run.revision == 0 ? nil : entries[slot].run.stateType
    let fromName = from == nil ? "" : entries[slot].run.stateName
    let time = from == nil ? now : entries[slot].run.nextTransitionTime(now)
    let state = rule.state(entered: command, from: entries[slot].run, at: time, timing: timing)
    let report: Report?
    if case .report(let sent) = command { report = sent } else { report = nil }
    let before = rule.effects.contains(.keepTold) ? entries[slot].run : nil
    let consumed = rule.effects.contains(.consumeSeq)
    keepPause(command, by: rule, entering: state, on: entries[slot].run, at: time)
    entries[slot].run.take(rule.effects, command: command)
    entries[slot].run.enter(state, at: time, countsGap: report != nil, timing: timing)
    if let before, let report {
      entries[slot].run.keepTold(of: report, from: before, at: time)
      if let key = command.toldKey { told.insert(key) }
    } else {
      entries[slot].run.keepWord(command, at: time)
    }
    entries[slot].isChanged = true
    if let from, !entries[slot].run.isPlain, entries[slot].run.policy.needsSlots {
      keepSlots(slot, from: from, by: rule, standing: standing)
    }
    if rule.effects.contains(.cancelChildren) {
      plan.followUps.append(
        .cancelChildren(
          of: command.runID, namespace: entries[slot].run.namespace, actor: command.actor,
          bound: command.bound))
    }
    plan.results.append(result(.verdict(verdict), rule: rule.id, slot: slot))
    plan.results[plan.results.count - 1].transition = plan.transitions.count
    plan.transitions.append(
      Transition(
        runID: command.runID, namespace: entries[slot].run.namespace,
        revision: entries[slot].run.revision, from: from, fromName: fromName, to: state,
        epoch: entries[slot].run.epoch, executionID: report?.executionID,
        seq: consumed ? report?.seq : nil, reportID: report?.tale?.id, verdict: verdict,
        rule: rule.id, actor: command.actor,
        time: time, observedTime: report?.observedTime, attempt: entries[slot].run.attempt))
  }

  /// Begins a run: its rows before the first transition.
  private mutating func begin(_ command: Command, at index: Int, digest: ContentDigest?) -> Int? {
    guard case .report(let report) = command, var new = report.newRun, let digest else {
      return nil
    }
    let root = new.parentID.flatMap { slots[$0] }.map { entries[$0].run.rootID }
    if new.name.isEmpty { new.name = RunName.made(for: report.runID, of: new) }
    let run = RunSnapshot(
      id: report.runID, namespace: report.namespace, kind: new.kind, parentID: new.parentID,
      rootID: root ?? report.runID, contentDigest: digest, stateType: .scheduled, stateName: "",
      epoch: 0, executionID: nil, sessionID: nil, lastSeq: 0, revision: 0, attempt: 0,
      startTime: nil, endTime: nil, transitionTime: now, runningTime: .zero, isPresumptive: false,
      dueTime: new.dueTime, policy: new.policy)
    let slot = entries.count
    entries.append(
      Entry(
        run: run, revision: 0, lastSeq: 0, claim: nil, due: nil, insert: plan.inserts.count))
    slots[report.runID] = slot
    plan.inserts.append(RunInsert(state: run, run: new, createTime: now, command: index))
    return slot
  }

  func result(_ outcome: Outcome, rule: String, slot: Int?) -> CommandResult {
    guard let slot else {
      return CommandResult(
        outcome: outcome, rule: rule, stateType: nil, stateName: "", epoch: 0, revision: 0,
        transition: nil)
    }
    return CommandResult(
      outcome: outcome, rule: rule, stateType: entries[slot].run.stateType,
      stateName: entries[slot].run.stateName, epoch: entries[slot].run.epoch,
      revision: entries[slot].run.revision, transition: nil)
  }

  /// Gathers what changed, in id order.
  consuming func finish() -> TransitionPlan {
    for slot in orderedSlots() {
      let entry = entries[slot]
      guard entry.isChanged else { continue }
      if let insert = entry.insert {
        plan.inserts[insert].state = entry.run
      } else {
        plan.updates.append(
          RunUpdate(
            state: entry.run, expectedRevision: entry.revision, expectedLastSeq: entry.lastSeq))
      }
      let claim = entry.run.claim
      if claim != entry.claim {
        if let old = entry.claim { plan.claimsRemoved.append(old) }
        if let claim { plan.claimsAdded.append(claim) }
      }
      let due = entry.run.due(timing)
      if due != entry.due {
        if let due { plan.dueSet.append(due) } else { plan.dueCleared.append(entry.run.id) }
      }
    }
    dropVain()
    plan.inserts.sort { $0.state.id < $1.state.id }
    return plan
  }

  private func orderedSlots() -> [Int] {
    var slots = Array(entries.indices)
    let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.run.id < $1.run.id }
    if !isSorted { slots.sort { entries[$0].run.id < entries[$1].run.id } }
    return slots
  }
}
