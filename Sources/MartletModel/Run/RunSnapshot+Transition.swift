// Decides what entering a state does to a run's row beside the state: the bookkeeping that holds for
// every transition, whichever rule led to it.

extension RunSnapshot {
  /// The time of its next transition: later than the last one, whatever the clock says.
  func nextTransitionTime(_ now: Instant) -> Instant {
    transitionTime < now ? now : transitionTime + Interval(microseconds: 1)
  }

  /// Enters a state.
  ///
  /// - Parameters:
  ///   - state: The state, complete.
  ///   - time: When, later than `transitionTime`.
  ///   - countsGap: Whether time since a presumptive crash was running time after all.
  mutating func enter(
    _ state: RunState, at time: Instant, countsGap: Bool, timing: TransitionTiming
  ) {
    let last = stateType
    let lastDue = dueTime
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
      // The bound of another state is no time to start at.
      if last != .scheduled, last != .pending { dueTime = nil }
    case .running:
      if last != .running {
        dueTime = isPlain ? nil : policy.timeout.map { time + $0 + timing.timeoutGrace }
      }
      if startTime == nil { startTime = time }
      if !isUntallied {
        tally.isMidway = false
        tally.isPauseAsked = false
      }
    case .paused(let paused):
      dueTime = paused.until
      pause(paused, last: last, due: lastDue)
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

  /// Notes what a pause interrupts.
  private mutating func pause(_ paused: RunState.Paused, last: StateType, due: Instant?) {
    var tally = tally
    tally.pauseKey = paused.key
    switch last {
    case .paused: break
    case .running:
      tally.isMidway = executionID != nil
      tally.keptDue = nil
    default:
      tally.keptDue = last == .scheduled || last == .pending ? due : nil
    }
    if executionID == nil { tally.isMidway = false }
    self.tally = tally
  }

  /// The claim of the session that vouches for the run's owner; nil when nobody holds the run or it
  /// is unmonitored.
  var claim: Claim? {
    switch stateType {
    case .scheduled, .pending, .running, .paused, .cancelling:
      sessionID.map { Claim(sessionID: $0, runID: id) }
    case .completed, .failed, .cancelled, .crashed: nil
    }
  }

  /// The time at which the server itself must act on the run.
  func due(_ timing: TransitionTiming) -> DueTime? {
    switch stateType {
    case .scheduled:
      lateTime(timing).map { DueTime(runID: id, time: $0, stateType: stateType) }
    case .running, .paused, .cancelling:
      dueTime.map { DueTime(runID: id, time: $0, stateType: stateType) }
    case .pending, .completed, .failed, .cancelled, .crashed: nil
    }
  }

  /// When it will be called Late; nil when it never will: it waits under another name, or for nothing.
  func lateTime(_ timing: TransitionTiming) -> Instant? {
    guard stateType == .scheduled, let dueTime, stateName == StateType.scheduled.defaultName else {
      return nil
    }
    return dueTime + timing.lateAfter
  }
}
