// Decides what must hold of a whole simulated world: that nothing is overdue in it, and that it comes to rest.

import MartletModel

extension Invariants {
  /// Checks that nothing is overdue while there was service for as long as it takes to reap.
  mutating func checkBounds(_ world: Simulation) {
    let now = world.agenda.now
    guard world.serviceSince + Simulation.slack < now else { return }
    for run in world.database.runs.values where !run.stateType.isTerminal {
      // What was reported late, or given back late, was due before it was there.
      if let due = world.database.due[run.id],
        max(due.time, run.transitionTime) + Simulation.slack < now
      {
        fail(.withinBounds, "\(run.id) is \(run.stateName) beyond its bound")
      }
      guard let session = run.sessionID else { continue }
      let end = max(world.database.leases[session] ?? .epoch, run.transitionTime)
      if end + Simulation.slack < now {
        fail(.withinBounds, "\(run.id) is \(run.stateType), its session lapsed long ago")
      }
    }
  }

  /// Checks that after the calm nothing is under way and nothing is forgotten.
  mutating func checkRest(_ world: Simulation) {
    let database = world.database
    for run in database.runs.values.sorted(by: { $0.id < $1.id }) where !run.stateType.isTerminal {
      // One that went back to SCHEDULED while a cascade passed never starts: its claims are fenced.
      if run.stateType == .scheduled { continue }
      if !mayRemain(run, in: database) {
        fail(.withinBounds, "\(run.id) is \(run.stateType) at the end of all")
      }
      guard let parent = run.parentID, database.runs[parent]?.stateType == .cancelled else {
        continue
      }
      if !wasForced(run.id, in: database) {
        fail(.stoppedParents, "\(run.id) is \(run.stateType), its parent \(parent) was cancelled")
      }
    }
    if !database.cascades.isEmpty { fail(.stoppedParents, "a cascade is never done") }
    for (key, code) in answers.sorted(by: { "\($0.key)" < "\($1.key)" })
    where database.verdicts[key]?.code != code {
      fail(.nothingLost, "\(key) was acknowledged \(code), but that is not kept")
    }
  }

  /// Whether nobody promised that a run goes on: its owner was lost, and it waits for that owner as its policy says; or
  /// an operator made it what it is, against what its owner does; or a late copy of a create began it, after the parent
  /// was tried again, whose first copy had been refused, or a late copy of a claim took it, whose first copy had been
  /// fenced: its process, which lives, gave it up; or somebody told of a run that is not its own.
  private func mayRemain(_ run: RunSnapshot, in database: SimulatedDatabase) -> Bool {
    if run.policy.loss == .wait, run.sessionID == nil { return true }
    if refused.contains(run.id) || wasForced(run.id, in: database) { return true }
    if let execution = run.executionID,
      fenced.contains(FencedClaim(runID: run.id, epoch: run.epoch, execution: execution))
    {
      return true
    }
    let history = database.history[run.id, default: []]
    guard let first = history.first, let last = history.last, last.reportID != nil else {
      return false
    }
    return first.reportID == nil || first.executionID != last.executionID
  }

  /// Whether an operator gave a run a state: what became of it then is the operator's business.
  private func wasForced(_ id: RunID, in database: SimulatedDatabase) -> Bool {
    database.history[id, default: []].contains { $0.actor == HistoryChecker.Operator.force }
  }
}
