// Decides what a rule's target means for a run: the state it enters, with its name, its message, its data.

extension TransitionRule {
  /// The state a run enters by this rule.
  func state(
    entered command: Command, from run: RunSnapshot, at time: Instant, timing: TransitionTiming
  ) -> RunState {
    switch (target, command) {
    case (.proposed, .report(let report)):
      switch report.item {
      case .propose(let state): return run.named(state.settled(at: time))
      case .tell(let tale): return tale.state.settled(at: time)
      case .create: return RunState(.pending)
      }
    case (.proposed, .setState(let override)): return override.state.settled(at: time)
    case (.state(.cancelled), .report) where ruling.reason == .limitFull:
      return RunState(.cancelled, message: "A limit that it needs slots of is full.")
    case (.state(let type), .report(let report)):
      var state = Self.state(type, reported: report, on: run, at: time)
      if case .propose(let proposed) = report.item { state.annotations = proposed.annotations }
      return state
    case (.state(let type), .cancel(let cancellation)):
      return RunState(
        type == .cancelling ? .cancelling(deadline: time + cancellation.bound) : .cancelled,
        message: cancellation.message)
    case (_, .sessionLapsed): return lapsed(run)
    case (_, .dueTimePassed): return overdue(run, at: time)
    case (_, .withdrawOffer):
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: run.dueTime, reason: "OFFER_WITHDRAWN")),
        message: "The offer lapsed or was declined.")
    case (_, .hold):
      return RunState(
        .scheduled(
          RunState.Scheduled(
            dueTime: run.dueTime, reason: Reason.awaitingConcurrencySlot.rawValue)),
        name: RunState.awaitingSlot, message: "Its deployment has as many runs as it may have.")
    case (_, .pause(let request)):
      return RunState(
        .paused(
          RunState.Paused(
            until: request.timeout.map { time + $0 }, isSuspended: run.executionID == nil)),
        message: request.message)
    case (_, .resume(let request)):
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: run.tally.keptDue, reason: "RESUMED")),
        name: "Resuming", message: request.message)
    case (_, .retry(let request)):
      if run.stateType == .scheduled { return request.state }
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: request.dueTime, reason: "RETRY_REQUESTED")),
        name: "AwaitingRetry", message: request.message)
    default: return RunState(.pending)
    }
  }

  /// The state after the lease of the owner's session lapsed.
  private func lapsed(_ run: RunSnapshot) -> RunState {
    switch target {
    case .state(.scheduled):
      let isWaiting = run.stateType == .scheduled
      return RunState(
        .scheduled(
          RunState.Scheduled(
            dueTime: run.stateType == .running ? nil : run.dueTime, reason: "OWNER_LOST")),
        name: isWaiting ? run.stateName : "",
        message: run.stateType == .running
          ? "The lease of its session lapsed: it is run again."
          : "The lease of its session lapsed before it started.")
    case .state(.crashed):
      return RunState(
        .crashed(RunState.Crashed(isPresumptive: effects.contains(.presumeCrash))),
        message: "The lease of its session lapsed: no heartbeat came.")
    case .state(.running):
      return RunState(
        .running, name: RunState.ownerLost,
        message: "The lease of its session lapsed: it waits for its owner.")
    case .state(.paused):
      return RunState(
        .paused(
          RunState.Paused(
            until: run.dueTime, key: run.tally.pauseKey,
            isSuspended: effects.contains(.releaseOwner))),
        name: run.stateName, message: "The lease of its session lapsed while it was paused.")
    default:
      return RunState(
        .cancelled, message: "Its owner was lost while it was being cancelled.")
    }
  }

  /// The state after a due time passed.
  private func overdue(_ run: RunSnapshot, at time: Instant) -> RunState {
    switch (run.stateType, target) {
    case (.scheduled, _):
      return RunState(
        .scheduled(RunState.Scheduled(dueTime: run.dueTime, reason: "LATE")), name: "Late",
        message: "Its due time passed and nobody took it.")
    case (.running, .state(.scheduled)): return run.awaitingRetry(of: .failed(.timeout), at: time)
    case (.running, _):
      return RunState(.failed(.timeout), name: "TimedOut", message: RunState.Failed.timeoutMessage)
    case (.paused, _):
      return RunState(
        .failed(RunState.Failed(errorType: "PauseTimedOut", retriable: false)),
        name: "PauseTimedOut", message: "Nobody resumed it in time.")
    default: return RunState(.cancelled, message: "It did not stop within its bound.")
    }
  }

  /// A state that is not the proposed one.
  private static func state(
    _ type: StateType, reported report: Report, on run: RunSnapshot, at time: Instant
  ) -> RunState {
    switch (type, report.item) {
    case (.scheduled, .create(let new)):
      return RunState(.scheduled(RunState.Scheduled(dueTime: new.dueTime)))
    case (.scheduled, .propose(let state)):
      switch state.detail {
      case .failed(let failed):
        return run.awaitingRetry(of: .failed(failed), message: state.message, at: time)
      case .crashed(let crashed):
        return run.awaitingRetry(of: .crashed(crashed), message: state.message, at: time)
      default: return RunState(.scheduled(RunState.Scheduled()))
      }
    case (.cancelled, .propose(let state)):
      return RunState(
        .cancelled, message: "It reported \(state.type) after it was asked to stop.")
    default: return RunState(.pending)
    }
  }
}

extension RunState {
  /// The name of a state in which a run waits for a limit.
  public static let awaitingSlot = "AwaitingConcurrencySlot"
}

extension RunState.Failed {
  fileprivate static let timeoutMessage = "It ran longer than its timeout."
  fileprivate static let timeout = RunState.Failed(
    errorType: "TimedOut", errorMessage: timeoutMessage)
}

extension RunSnapshot {
  /// The state in which it waits for its next attempt.
  fileprivate func awaitingRetry(
    of cause: RunState.Scheduled.Cause, message: String? = nil, at time: Instant
  ) -> RunState {
    let delay = policy.retry?.delay(before: tally.retries + 1, of: id) ?? .zero
    return RunState(
      .scheduled(
        RunState.Scheduled(
          dueTime: delay > .zero ? time + delay : nil, reason: Reason.retry.rawValue, cause: cause)),
      name: "AwaitingRetry", message: message ?? RunState.Failed.timeoutMessage)
  }

  /// A state with the name it has after what was before, if the client gave it none.
  fileprivate func named(_ state: RunState) -> RunState {
    guard case .running = state.detail, !isUntallied, attempt > 0, stateType != .running,
      state.name == StateType.running.defaultName, let restart = tally.restart
    else { return state }
    var named = state
    named.name = restart.stateName
    return named
  }
}

extension RunState {
  /// A proposed state with what only the model may set.
  fileprivate func settled(at time: Instant) -> RunState {
    var settled = self
    switch detail {
    case .cancelling:
      settled.detail = .cancelling(deadline: time + Cancellation.standardBound)
    case .crashed(var crashed) where crashed.isPresumptive:
      crashed.isPresumptive = false
      settled.detail = .crashed(crashed)
    case .scheduled(var scheduled) where scheduled.cause != nil:
      scheduled.cause = nil
      settled.detail = .scheduled(scheduled)
    default: break
    }
    return settled
  }
}
