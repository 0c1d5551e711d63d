// Decides how the gates before a start stand: the due time, the attempts, the enclosing run.

extension RunFacts {
  /// Whether the due time is still to come.
  var isEarly: Bool { run.dueTime.map { now < $0 } ?? false }

  /// The due time of a run that waits; the delay of a retry has a gate of its own.
  func startGate(_ state: RunState.Scheduled) -> Gate? {
    state.reason == Reason.retry.rawValue ? nil : dueGate
  }

  /// The time before which the run does not start.
  var dueGate: Gate {
    guard let due = run.dueTime else { return Gate(.dueTime, .open, "it is due at once") }
    guard isEarly else { return Gate(.dueTime, .open, "it is due", openTime: due) }
    return Gate(
      .dueTime, .closed, "it is not due yet", remedy: "its due time comes", openTime: due)
  }

  /// The attempts, of a run that is tried again, or was.
  var attemptGate: Gate? {
    guard run.policy.retry != nil || run.tally.retries > 0 else { return nil }
    let most = run.policy.retry?.maxRetries ?? run.tally.retries
    let left = max(0, most - run.tally.retries)
    let attempts = "\(left) of \(most) retries left"
    guard case .scheduled(let scheduled) = state.detail,
      scheduled.reason == Reason.retry.rawValue
    else { return Gate(.retry, .open, attempts) }
    let summary = "attempt \(run.attempt) \(Self.end(scheduled.cause)), \(attempts)"
    guard isEarly else { return Gate(.retry, .open, summary, openTime: run.dueTime) }
    return Gate(
      .retry, .closed, summary, remedy: "the delay before its next attempt is over",
      openTime: run.dueTime)
  }

  private static func end(_ cause: RunState.Scheduled.Cause?) -> String {
    switch cause {
    case .failed(let failed) where !failed.errorType.isEmpty: "failed with \(failed.errorType)"
    case .crashed: "crashed"
    default: "failed"
    }
  }

  /// The enclosing run, which starts nothing while it is paused and stops what is below it.
  var parentGate: Gate? {
    guard let id = run.parentID else { return nil }
    guard let parent else {
      return Gate(
        .parent, .unknown, "the enclosing run is gone", references: [.run(id, name: "")])
    }
    let references = [Gate.Reference.run(id, name: "")]
    switch parent.answer(toChildOf: run.kind) {
    case .parentStopped where run.stateType == .running && parent.stateType.isTerminal:
      return Gate(
        .parent, .open,
        parent.stateType == .cancelled
          ? "the enclosing run is CANCELLED: this one is asked to stop"
          : "the enclosing run is \(parent.stateType), but this one has started",
        references: references)
    case .parentStopped:
      let isCancelled = parent.stateType == .cancelling || parent.stateType == .cancelled
      return Gate(
        .parent, .closed,
        "the enclosing run is \(parent.stateType): "
          + (isCancelled ? "this one is cancelled with it" : "nothing more starts in it"),
        remedy: "the enclosing run is tried again", references: references)
    case .parentPaused where run.stateType == .running:
      return Gate(
        .parent, .open, "the enclosing run is paused, but this one has started",
        references: references)
    case .parentPaused:
      return Gate(
        .parent, .closed, "the enclosing run is paused",
        remedy: "somebody resumes the enclosing run", references: references)
    default:
      let hasStarted = parent.stateType == .running || parent.startTime != nil
      return Gate(
        .parent, .open,
        hasStarted
          ? "the enclosing run is \(parent.stateType)"
          : "the enclosing run is \(parent.stateType) and has not started itself",
        references: references)
    }
  }
}
