// Decides what must always hold: promises 1 to 3 of the architecture, checked from outside, without the
// state machine's own tables.

import MartletModel

/// Checks on a simulated world; the first that fails ends it.
struct Invariants {
  /// The first broken promise.
  private(set) var violation: String?
  /// Which process a session belongs to.
  var sessions: [SessionID: SimulatedProcess] = [:]

  private struct EpochKey: Hashable {
    let runID: RunID
    let epoch: Int64
  }

  private var lastTransition: [RunID: Transition] = [:]
  private var owners: [EpochKey: ExecutionID] = [:]
  private var lastSeq: [EpochKey: Int64] = [:]
  private var starters: [RunID: ExecutionID] = [:]
  private var running: [RunID: ExecutionID] = [:]
  private var answers: [SimulatedDatabase.SeqKey: Verdict.Code] = [:]

  /// Notes a broken promise; only the first is kept.
  mutating func fail(_ problem: String) {
    if violation == nil { violation = problem }
  }

  // Promise 1: at most one owner; user code starts only while its claim is current.

  /// A process starts the user's code of a run.
  mutating func started(
    _ id: RunID, epoch: Int64, by execution: ExecutionID, in world: Simulation
  ) {
    guard let run = world.database.runs[id] else { return fail("\(id) starts, but is not there") }
    if run.epoch != epoch || run.executionID != execution {
      fail("user code of \(id) starts in \(execution), whose claim is not current")
    }
    if let other = running[id], other != execution {
      fail("user code of \(id) runs in \(other) and in \(execution)")
    }
    if let other = starters.updateValue(execution, forKey: id), other != execution {
      fail("user code of \(id) was started by \(other) and by \(execution)")
    }
    running[id] = execution
  }

  /// A process stops the user's code of a run.
  mutating func stopped(_ id: RunID, _ execution: ExecutionID) {
    if running[id] == execution { running[id] = nil }
  }

  /// A process is gone.
  mutating func stopped(_ execution: ExecutionID) {
    running = running.filter { $0.value != execution }
  }

  // Promise 2: what is acknowledged is durable, ordered, and one event.

  /// A process hears a verdict.
  mutating func acknowledged(
    _ report: Report, _ given: SimulatedServer.Given, in world: Simulation
  ) {
    let key = SimulatedDatabase.SeqKey(runID: report.runID, epoch: report.epoch, seq: report.seq)
    // A fence may come later; a wait may have been said before and come after.
    if let first = answers[key], given.code != first, given.code != .fenced, given.code != .wait {
      fail("\(key) was answered \(first), then \(given.code)")
    }
    guard given.code == .accepted || given.code == .replaced else { return }
    answers[key] = given.code
    let rows = world.database.history[report.runID, default: []].filter {
      $0.epoch == report.epoch && $0.seq == report.seq
    }
    if rows.count != 1 { fail("\(key) is acknowledged, but has \(rows.count) history rows") }
    if let row = rows.first, row.executionID != report.executionID {
      fail(
        "\(key) is acknowledged to \(report.executionID?.description ?? "nobody"), but is not its")
    }
  }

  /// A batch is committed.
  mutating func checkCommit(
    _ plan: TransitionPlan, commands: [Command], before: [RunID: RunSnapshot],
    in world: Simulation
  ) {
    guard plan.results.count == commands.count else {
      return fail("\(commands.count) commands have \(plan.results.count) answers")
    }
    for transition in plan.transitions { check(transition, before: before) }
    checkSeqs(plan)
    let touched = Set(plan.transitions.map(\.runID) + plan.refusals.map(\.runID))
    for id in touched.sorted() { checkRow(id, in: world.database) }
  }

  private mutating func check(_ transition: Transition, before: [RunID: RunSnapshot]) {
    let id = transition.runID
    let last = lastTransition.updateValue(transition, forKey: id)
    if transition.revision != (last?.revision ?? 0) + 1 {
      fail("\(id) goes from revision \(last?.revision ?? 0) to \(transition.revision)")
    }
    if transition.from != last?.to.type || transition.fromName != last?.to.name ?? "" {
      fail("\(id) leaves \(transition.fromName), but was \(last?.to.name ?? "nothing")")
    }
    if let last, last.time >= transition.time { fail("\(id) goes back in time") }
    if let last, transition.epoch < last.epoch || transition.epoch > last.epoch + 1 {
      fail("\(id) goes from epoch \(last.epoch) to \(transition.epoch)")
    }
    if let last, last.to.type.isTerminal {
      guard case .crashed(let crashed) = last.to.detail, crashed.isPresumptive else {
        return fail("\(id) was \(last.to.name), and becomes \(transition.to.name)")
      }
    }
    if case .crashed(let crashed) = transition.to.detail, crashed.isPresumptive,
      let session = before[id]?.sessionID, sessions[session]?.isHealthy == true
    {
      fail("\(id) is presumed crashed, but its process is healthy")
    }
    guard let execution = transition.executionID else { return }
    let key = EpochKey(runID: id, epoch: transition.epoch)
    if let owner = owners[key], owner != execution {
      fail("\(id) has two owners in epoch \(key.epoch): \(owner) and \(execution)")
    }
    owners[key] = execution
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
        if seq != last + 1 { fail("\(key.runID) consumes seq \(seq) after \(last)") }
      }
    }
  }

  /// A row agrees with its history, its claim and its due row.
  private mutating func checkRow(_ id: RunID, in database: SimulatedDatabase) {
    guard let run = database.runs[id], let last = database.history[id]?.last else {
      return fail("\(id) has no row or no history")
    }
    if run.revision != last.revision || run.stateType != last.to.type
      || run.stateName != last.to.name || run.epoch != last.epoch
    {
      fail("the row of \(id) says \(run.stateName), its history \(last.to.name)")
    }
    if (run.endTime != nil) != run.stateType.isTerminal {
      fail("\(id) is \(run.stateName) with the wrong end time")
    }
    let held = database.claims.filter { $0.runID == id }
    let isHeld = !run.stateType.isTerminal
    let expected = isHeld ? run.sessionID.map { [Claim(sessionID: $0, runID: id)] } ?? [] : []
    if held != Set(expected) { fail("\(id) is \(run.stateName) with claims \(held)") }
    let isWaiting =
      switch run.stateType {
      case .scheduled: run.dueTime != nil && run.stateName == "Scheduled"
      case .running, .paused, .cancelling: run.dueTime != nil
      default: false
      }
    if (database.due[id] != nil) != isWaiting {
      fail("\(id) is \(run.stateName) with the wrong due row")
    }
  }

  // Promise 3: nothing stays beyond its bound.

  /// Checks that nothing is overdue while there was service for as long as it takes to reap.
  mutating func checkBounds(_ world: Simulation) {
    let now = world.agenda.now
    guard world.serviceSince + Simulation.slack < now else { return }
    for run in world.database.runs.values {
      switch run.stateType {
      case .cancelling:
        if let due = run.dueTime, due + Simulation.slack < now {
          fail("\(run.id) is CANCELLING beyond its bound")
        }
        fallthrough
      case .pending, .running:
        guard let session = run.sessionID else { continue }
        let end = max(world.database.leases[session] ?? .epoch, run.transitionTime)
        if end + Simulation.slack < now {
          fail("\(run.id) is \(run.stateType), its session lapsed long ago")
        }
      default: break
      }
    }
  }

  /// Checks that after the calm nothing is under way.
  mutating func checkRest(_ world: Simulation) {
    for run in world.database.runs.values.sorted(by: { $0.id < $1.id })
    where run.stateType != .scheduled && run.stateType != .paused && !run.stateType.isTerminal {
      fail("\(run.id) is \(run.stateType) at the end of all")
    }
    if !world.database.followUps.isEmpty { fail("a cascade is never done") }
  }
}
