// Decides what a rule's effects mean for a run: who owns it after, and what is counted.

extension RunSnapshot {
  /// Changes who owns the run, and what was counted, as a rule says.
  mutating func take(_ effects: TransitionRule.EffectSet, command: Command) {
    var session: SessionID?
    var report: Report?
    switch command {
    case .report(let sent):
      report = sent
      session = sent.tale == nil ? sent.sessionID : nil
    case .offer(let offer): session = offer.sessionID
    case .cancel, .sessionLapsed, .dueTimePassed, .withdrawOffer, .pause, .resume, .retry,
      .setState, .hold:
      break
    }
    if effects.contains(.raiseEpoch) {
      epoch += 1
      lastSeq = 0
      executionID = nil
      sessionID = session
    } else if let session {
      sessionID = session
    }
    if let report {
      if effects.contains(.bindExecution) { executionID = report.executionID }
      if effects.contains(.consumeSeq) { lastSeq = report.seq }
    }
    if effects.contains(.revokeOwner), executionID != nil {
      epoch += 1
      lastSeq = 0
      executionID = nil
    }
    if !effects.isDisjoint(with: [.dropSession, .revokeOwner]) { sessionID = nil }
    tallyUp(effects, released: effects.contains(.releaseOwner) && report != nil)
    if effects.contains(.releaseOwner) {
      executionID = nil
      sessionID = nil
    }
    if effects.contains(.raiseAttempt) { attempt += 1 }
  }

  /// Changes what the run carries along.
  private mutating func tallyUp(_ effects: TransitionRule.EffectSet, released: Bool) {
    if isUntallied, !released,
      effects.isDisjoint(with: [.countRetry, .countLoss, .beginAnew, .answerPause, .askPause])
    {
      return
    }
    var tally = tally
    if effects.contains(.beginAnew) { tally = RunTally() }
    if effects.contains(.answerPause) {
      if !tally.pauseKey.isEmpty, !tally.resumedKeys.contains(tally.pauseKey) {
        tally.resumedKeys.append(tally.pauseKey)
      }
      tally.pauseKey = ""
      tally.keptDue = nil
    }
    if effects.contains(.askPause) { tally.isPauseAsked = true }
    if effects.contains(.countRetry) {
      tally.retries += 1
      tally.restart = .retry
      tally.isMidway = false
    }
    if effects.contains(.countLoss) { tally.losses += 1 }
    if !effects.isDisjoint(with: [.countLoss, .beginAnew]) { tally.restart = .rerun }
    if effects.contains(.raiseAttempt) { tally.restart = nil }
    if !effects.isDisjoint(with: [.raiseEpoch, .releaseOwner, .revokeOwner]) {
      tally.released = released ? executionID : nil
      tally.isMidway = false
    }
    self.tally = tally
  }
}

extension Command {
  /// Who is written into the history.
  var actor: String {
    switch self {
    case .report(let report): report.actor
    case .cancel(let cancellation): cancellation.actor
    case .sessionLapsed, .dueTimePassed: "service:reaper"
    case .offer, .withdrawOffer, .hold: "service:dispatcher"
    case .pause(let request): request.actor
    case .resume(let request): request.actor
    case .retry(let request): request.actor
    case .setState(let request): request.actor
    }
  }

  /// Whether it may begin a run.
  var isCreate: Bool {
    if case .report(let report) = self { report.newRun != nil } else { false }
  }

  /// How long children have to stop.
  var bound: Interval {
    if case .cancel(let cancellation) = self {
      cancellation.bound
    } else {
      Cancellation.standardBound
    }
  }
}
