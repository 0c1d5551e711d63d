// Decides what entering a state does to a run's row beside the state: the bookkeeping that holds for
// every transition, whichever rule led to it.

extension RunSnapshot {
  /// Enters a state.
  ///
  /// - Parameters:
  ///   - state: The state, complete.
  ///   - time: When, later than `transitionTime`.
  ///   - countsGap: Whether time since a presumptive crash was running time after all.
  mutating func enter(_ state: RunState, at time: Instant, countsGap: Bool) {
    if stateType == .running || (countsGap && isPresumptive) {
      runningTime = runningTime + transitionTime.distance(to: time)
    }
    stateType = state.type
    stateName = state.name
    transitionTime = time
    revision += 1
    isPresumptive = false
    endTime = nil
    switch state.detail {
    case .scheduled(let scheduled):
      dueTime = scheduled.dueTime
    case .pending:
      break
    case .running:
      dueTime = nil
      if startTime == nil { startTime = time }
    case .paused(let paused):
      dueTime = paused.until
    case .cancelling(let deadline):
      dueTime = deadline
    case .crashed(let crashed):
      isPresumptive = crashed.isPresumptive
      endTime = time
      dueTime = nil
    case .completed, .failed, .cancelled:
      endTime = time
      dueTime = nil
    }
  }

  /// The claim of the session that vouches for the run's owner; nil when nobody holds the run or it
  /// is unmonitored.
  var claim: Claim? {
    switch stateType {
    case .pending, .running, .paused, .cancelling:
      sessionID.map { Claim(sessionID: $0, runID: id) }
    case .scheduled, .completed, .failed, .cancelled, .crashed: nil
    }
  }

  /// The time at which the server itself must act on the run.
  var due: DueTime? {
    switch stateType {
    case .cancelling: dueTime.map { DueTime(runID: id, time: $0, stateType: stateType) }
    case .scheduled, .pending, .running, .paused, .completed, .failed, .cancelled, .crashed: nil
    }
  }
}
