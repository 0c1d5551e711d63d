// Decides what a rule's target and effects mean for a run: the state it enters, and who owns it after.

extension TransitionRule {
  /// The state a run enters by this rule.
  func state(entered command: Command, from run: RunSnapshot, at time: Instant) -> RunState {
    switch (target, command) {
    case (.proposed, .report(let report)):
      guard case .propose(let state) = report.item else { return RunState(.pending) }
      return state.settled(at: time)
    case (.state(let type), .report(let report)):
      return Self.state(type, reported: report)
    case (.state(.cancelling), .cancel(let cancellation)):
      return RunState(
        .cancelling(deadline: time + cancellation.bound), message: cancellation.message)
    case (_, .cancel(let cancellation)):
      return RunState(.cancelled, message: cancellation.message)
    case (.state(.crashed), _):
      return RunState(
        .crashed(RunState.Crashed(isPresumptive: effects.contains(.presumeCrash))),
        message: "The lease of its session lapsed: no heartbeat came.")
    case (.state(.scheduled), .withdrawOffer):
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: run.dueTime, reason: "OFFER_WITHDRAWN")),
        message: "The offer lapsed or was declined.")
    case (.state(.scheduled), _):
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: run.dueTime, reason: "OWNER_LOST")),
        message: "The lease of its session lapsed before it started.")
    case (.state(.cancelled), .dueTimePassed):
      return RunState(.cancelled, message: "It did not stop within its bound.")
    case (.state(.cancelled), _):
      return RunState(.cancelled, message: "Its owner was lost while it was being cancelled.")
    case (.state(.pending), _): return RunState(.pending)
    default: return RunState(.pending)
    }
  }

  private static func state(_ type: StateType, reported report: Report) -> RunState {
    switch (type, report.item) {
    case (.scheduled, .create(let new)):
      return RunState(.scheduled(RunState.Scheduled(dueTime: new.dueTime)))
    case (.cancelled, .propose(let state)):
      return RunState(
        .cancelled, message: "It reported \(state.type) after it was asked to stop.")
    default: return RunState(.pending)
    }
  }
}

extension RunState {
  /// A proposed state with what only the model may set.
  fileprivate func settled(at time: Instant) -> RunState {
    switch detail {
    case .cancelling:
      return RunState(
        .cancelling(deadline: time + Cancellation.standardBound), name: name, message: message)
    case .crashed(var crashed) where crashed.isPresumptive:
      crashed.isPresumptive = false
      return RunState(.crashed(crashed), name: name, message: message)
    default: return self
    }
  }
}

extension RunSnapshot {
  /// Changes who owns the run, and what was counted, as a rule says.
  mutating func take(_ effects: TransitionRule.EffectSet, command: Command) {
    var session: SessionID?
    var report: Report?
    switch command {
    case .report(let sent):
      report = sent
      session = sent.sessionID
    case .offer(let offer): session = offer.sessionID
    case .cancel, .sessionLapsed, .dueTimePassed, .withdrawOffer: break
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
    if effects.contains(.releaseOwner) {
      executionID = nil
      sessionID = nil
    }
    if effects.contains(.raiseAttempt) { attempt += 1 }
  }
}

extension Command {
  /// Who is written into the history.
  var actor: String {
    switch self {
    case .report(let report): report.actor
    case .cancel(let cancellation): cancellation.actor
    case .sessionLapsed, .dueTimePassed: "service:reaper"
    case .offer, .withdrawOffer: "service:dispatcher"
    }
  }

  /// Whether it may begin a run.
  var isCreate: Bool {
    if case .report(let report) = self, case .create = report.item { true } else { false }
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
