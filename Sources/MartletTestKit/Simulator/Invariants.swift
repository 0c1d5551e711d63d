// Decides what must always hold in a simulated world: what its processes were told is what its database keeps, and what
// they do is what they may.

import MartletModel

/// Checks on a simulated world; the first that fails ends it.
struct Invariants {
  /// The first broken promise.
  private(set) var violation: String?
  /// Which process a session belongs to.
  var sessions: [SessionID: SimulatedProcess] = [:]

  private struct Start {
    let execution: ExecutionID
    let revision: Int64
  }

  private struct EpochKey: Hashable {
    let runID: RunID
    let epoch: Int64
  }

  private var history = HistoryChecker()
  private var lastSeq: [EpochKey: Int64] = [:]
  /// The last start of each run's code, and which processes are in it now.
  private var starts: [RunID: Start] = [:]
  private var running: [RunID: Set<ExecutionID>] = [:]
  private(set) var answers: [SimulatedDatabase.SeqKey: Verdict.Code] = [:]
  private var commits: [RunID: Instant] = [:]
  /// Runs whose processes were told that they do not begin.
  private(set) var refused: Set<RunID> = []
  /// Who was told that an epoch is not its own.
  private(set) var fenced: Set<FencedClaim> = []
  /// What tellers were told that it is kept.
  private(set) var tales: Set<ToldKey> = []

  /// An execution that would have had an epoch of a run.
  struct FencedClaim: Hashable {
    let runID: RunID
    let epoch: Int64
    let execution: ExecutionID
  }

  /// Notes a broken promise; only the first is kept.
  mutating func fail(_ promise: Promise, _ problem: String) {
    if violation == nil { violation = "\(promise.rawValue): \(problem)" }
  }

  // One owner at a time.

  /// A process starts the user's code of a run, or goes on with it, on the word of a seq.
  mutating func started(
    _ id: RunID, epoch: Int64, seq: Int64, by execution: ExecutionID, in world: Simulation
  ) {
    guard let run = world.database.runs[id],
      let row = world.database.history[id]?.last(where: { $0.epoch == epoch && $0.seq == seq })
    else { return fail(.nothingLost, "\(id) starts, but is not there") }
    if run.epoch != epoch || run.executionID != execution, !isNew(id, in: world) {
      fail(.oneOwner, "user code of \(id) starts in \(execution), whose claim is not current")
    }
    if let last = starts[id], last.execution != execution, !wasLetGo(id, since: last, in: world) {
      fail(.oneOwner, "user code of \(id) was started by \(last.execution) and by \(execution)")
    }
    starts[id] = Start(execution: execution, revision: row.revision)
    running[id, default: []].insert(execution)
  }

  /// The user's code of a run ends or waits.
  mutating func stopped(_ id: RunID, _ execution: ExecutionID) {
    running[id]?.remove(execution)
  }

  /// The user's code of a run goes on after all, if it was there before.
  mutating func wentOn(_ id: RunID, _ execution: ExecutionID) {
    if starts[id]?.execution == execution { running[id, default: []].insert(execution) }
  }

  /// A process is gone.
  mutating func stopped(_ execution: ExecutionID) {
    for id in Array(running.keys) { running[id]?.remove(execution) }
  }

  /// Whether what was last decided on a run may not have been heard yet by whoever it concerns.
  private func isNew(_ id: RunID, in world: Simulation) -> Bool {
    commits[id].map { world.agenda.now <= $0 + Simulation.flight } ?? false
  }

  /// Whether somebody who may do so took a run from the one who had started it, or that one let it go.
  private func wasLetGo(_ id: RunID, since start: Start, in world: Simulation) -> Bool {
    let run = history.run(id)
    var reruns = false
    if case .rerun = run?.loss { reruns = true }
    let mayBeLost = reruns || running[id]?.contains(start.execution) != true
    return world.database.history[id, default: []].contains { transition in
      guard transition.revision > start.revision else { return false }
      switch (transition.actor, transition.to.type) {
      case (HistoryChecker.Operator.retry, _), (HistoryChecker.Operator.force, _): return true
      // It said so itself.
      case (_, .scheduled), (_, .paused):
        if transition.executionID == start.execution { return true }
        guard transition.actor == Simulation.reaper else { return false }
        // Its time-out was over: whoever does not keep to it has been told.
        if transition.from == .running, run?.timeout != nil { return true }
        return mayBeLost
      default: return false
      }
    }
  }

  // What is acknowledged is durable, ordered, and one event.

  /// A process hears a verdict.
  mutating func acknowledged(
    _ report: Report, _ given: SimulatedServer.Given, in world: Simulation
  ) {
    let key = SimulatedDatabase.SeqKey(runID: report.runID, epoch: report.epoch, seq: report.seq)
    // A fence may come later; a wait may have been said before and come after.
    if let first = answers[key], given.code != first, given.code != .fenced, given.code != .wait {
      fail(.nothingDoubled, "\(key) was answered \(first), then \(given.code)")
    }
    if case .create = report.item, given.code == .refused { refused.insert(report.runID) }
    if given.code == .fenced, let execution = report.executionID {
      fenced.insert(FencedClaim(runID: report.runID, epoch: report.epoch, execution: execution))
    }
    guard given.code == .accepted || given.code == .replaced else { return }
    answers[key] = given.code
    let rows = world.database.history[report.runID, default: []].filter {
      $0.epoch == report.epoch && $0.seq == report.seq
    }
    if rows.count != 1 {
      fail(
        rows.isEmpty ? .nothingLost : .nothingDoubled,
        "\(key) is acknowledged, but has \(rows.count) history rows")
    }
    if let row = rows.first, row.executionID != report.executionID {
      fail(
        .oneOwner,
        "\(key) is acknowledged to \(report.executionID?.description ?? "nobody"), but is not its")
    }
  }

  /// A teller hears what became of what it told.
  mutating func heard(
    of report: Report, _ answer: SimulatedServer.Answer, in world: Simulation
  ) {
    guard let tale = report.tale else { return }
    switch answer {
    case .verdict(let given) where given.code != .accepted: return
    case .failure: return
    case .verdict, .nothing: break
    }
    let key = ToldKey(runID: report.runID, id: tale.id)
    tales.insert(key)
    let rows = world.database.history[key.runID, default: []].filter { $0.reportID == key.id }
    if rows.count != 1 {
      fail(.nothingLost, "\(key.id) of \(key.runID) is acknowledged, but has \(rows.count) rows")
    }
  }

  /// An operator hears that a command was accepted.
  mutating func acknowledged(
    _ actor: String, on id: RunID, _ given: SimulatedServer.Given, in world: Simulation
  ) {
    guard given.code == .accepted else { return }
    let rows = world.database.history[id, default: []].filter { $0.revision == given.revision }
    if rows.count != 1 || rows[0].actor != actor {
      fail(.nothingLost, "what \(actor) was told of \(id) is not in its history")
    }
  }

  /// A batch is committed.
  mutating func checkCommit(
    _ plan: TransitionPlan, commands: [Command], read: [RunSnapshot], before: [RunID: RunSnapshot],
    in world: Simulation
  ) {
    guard plan.results.count == commands.count else {
      return fail(
        .nothingLost, "\(commands.count) commands have \(plan.results.count) answers")
    }
    for insert in plan.inserts { history.begin(insert.state.id, insert.run) }
    var states = Dictionary(
      read.map { ($0.id, ($0.stateType, $0.isPresumptive, $0.endTime)) }, uniquingKeysWith: { $1 })
    for transition in plan.transitions {
      history.observe(transition)
      if let (promise, problem) = history.violation { fail(promise, problem) }
      checkHealth(transition, before: before)
      checkParent(transition, states)
      var isPresumptive = false
      if case .crashed(let crashed) = transition.to.detail { isPresumptive = crashed.isPresumptive }
      states[transition.runID] = (
        transition.to.type, isPresumptive, transition.to.type.isTerminal ? transition.time : nil
      )
    }
    checkSeqs(plan)
    let touched = Set(plan.transitions.map(\.runID) + plan.refusals.map(\.runID))
    for id in touched.sorted() {
      commits[id] = world.agenda.now
      checkRow(id, in: world.database)
    }
  }

  /// Nobody healthy is taken for lost.
  private mutating func checkHealth(_ transition: Transition, before: [RunID: RunSnapshot]) {
    let isLoss =
      switch transition.to.detail {
      case .crashed(let crashed): crashed.isPresumptive
      case .scheduled(let scheduled): scheduled.reason == "OWNER_LOST"
      case .running: transition.to.name == "OwnerLost"
      default: false
      }
    if isLoss, let session = before[transition.runID]?.sessionID,
      sessions[session]?.isHealthy == true
    {
      fail(.withinBounds, "\(transition.runID) is taken for lost, but its process is healthy")
    }
  }

  /// A child does not start when its parent, as the batch saw it, had stopped; but what began before that end may be heard
  /// of after it.
  private mutating func checkParent(
    _ transition: Transition,
    _ states: [RunID: (type: StateType, isPresumptive: Bool, end: Instant?)]
  ) {
    let id = transition.runID
    guard transition.to.type == .running, transition.executionID != nil, transition.reportID == nil,
      transition.from == .scheduled || transition.from == .pending,
      let run = history.run(id), let parent = run.parentID.flatMap({ states[$0] })
    else { return }
    var isLate = true
    if let start = transition.observedTime, let end = parent.end { isLate = start >= end }
    let isStopped =
      switch parent.type {
      case .cancelling, .cancelled: true
      case .completed, .failed: run.kind != .flow && isLate
      case .crashed: run.kind != .flow && !parent.isPresumptive && isLate
      default: false
      }
    if isStopped { fail(.stoppedParents, "\(id) starts, but its parent is \(parent.type)") }
    if parent.type == .paused { fail(.stoppedParents, "\(id) starts, but its parent is PAUSED") }
  }

  private mutating func checkSeqs(_ plan: TransitionPlan) {
    var consumed: [EpochKey: [Int64]] = [:]
    for transition in plan.transitions {
      guard let seq = transition.seq else { continue }
      consumed[EpochKey(runID: transition.runID, epoch: transition.epoch), default: []].append(seq)
    }
    for refusal in plan.refusals {
      consumed[EpochKey(runID: refusal.runID, epoch: refusal.epoch), default: []]
        .append(refusal.seq)
    }
    for (key, seqs) in consumed {
      for seq in seqs.sorted() {
        let last = lastSeq.updateValue(seq, forKey: key) ?? 0
        if seq != last + 1 { fail(.inOrder, "\(key.runID) consumes seq \(seq) after \(last)") }
      }
    }
  }

  /// A row agrees with its history, its claim and its due row.
  private mutating func checkRow(_ id: RunID, in database: SimulatedDatabase) {
    guard let run = database.runs[id], let last = database.history[id]?.last else {
      return fail(.nothingLost, "\(id) has no row or no history")
    }
    if run.revision != last.revision || run.stateType != last.to.type
      || run.stateName != last.to.name || run.epoch != last.epoch
    {
      fail(.inOrder, "the row of \(id) says \(run.stateName), its history \(last.to.name)")
    }
    if (run.endTime != nil) != run.stateType.isTerminal {
      fail(.inOrder, "\(id) is \(run.stateName) with the wrong end time")
    }
    let held = database.claims.filter { $0.runID == id }
    let isHeld = !run.stateType.isTerminal
    let expected = isHeld ? run.sessionID.map { [Claim(sessionID: $0, runID: id)] } ?? [] : []
    if held != Set(expected) {
      fail(.withinBounds, "\(id) is \(run.stateName) with claims \(held)")
    }
    let isWaiting =
      switch run.stateType {
      case .scheduled: run.dueTime != nil && run.stateName == "Scheduled"
      case .running, .paused, .cancelling: run.dueTime != nil
      default: false
      }
    if (database.due[id] != nil) != isWaiting {
      fail(.withinBounds, "\(id) is \(run.stateName) with the wrong due row")
    }
  }
}
