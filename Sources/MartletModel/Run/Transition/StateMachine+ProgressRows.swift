// Decides what the owner of a run may make of it: rows of the one table, a list for each state.

extension StateMachine {
  /// The owner waits for the next attempt, or goes on after a pause: then its code may have gone on all the while, and
  /// may fail.
  static let waiting: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/restart", from: .scheduled, on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .begins, .slotsReady],
      .accept, to: .proposed, [.consumeSeq, .raiseAttempt]),
    TransitionRule(
      "SCHEDULED/continue", from: .scheduled, on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .continues, .slotsReady],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "SCHEDULED/restart-early", from: .scheduled, on: .proposeRunning,
      when: [.owner, .next, .early, .parentOpen, .parentPaused], .wait(.notDue)),
    TransitionRule(
      "SCHEDULED/restart-parent-paused", from: .scheduled, on: .proposeRunning,
      when: [.owner, .next, .due, .parentPaused], .wait(.parentPaused)),
    TransitionRule(
      "SCHEDULED/restart-parent-stopped", from: .scheduled, on: .proposeRunning,
      when: [.owner, .next, .parentStopped], .refuse(.parentStopped), [.consumeSeq]),
    TransitionRule(
      "SCHEDULED/give-back", from: .scheduled, on: .proposeScheduled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .releaseOwner]),
    TransitionRule(
      "SCHEDULED/cancelled", from: .scheduled, on: [.proposeCancelling, .proposeCancelled],
      when: [.owner, .next], .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "SCHEDULED/end", from: .scheduled, on: .proposeCompleted, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "SCHEDULED/give-up", from: .scheduled, on: .failures, when: [.owner, .next, .begins],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "SCHEDULED/fail", from: .scheduled, on: .failures,
      when: [.owner, .next, .continues, .noRetry], .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "SCHEDULED/fail-retry", from: .scheduled, on: .failures,
      when: [.owner, .next, .continues, .retryInProcess],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry]),
    TransitionRule(
      "SCHEDULED/fail-retry-rescheduled", from: .scheduled, on: .failures,
      when: [.owner, .next, .continues, .retryRescheduled],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry, .releaseOwner]),
    TransitionRule(
      "SCHEDULED/illegal", from: .scheduled, on: [.proposePending, .proposePaused],
      when: [.owner, .next], .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// The owner has not started the user's code.
  static let pending: [TransitionRule] = [
    TransitionRule(
      "PENDING/start", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .slotsReady],
      .accept, to: .proposed, [.consumeSeq, .raiseAttempt]),
    TransitionRule(
      "PENDING/start-early", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .early, .parentOpen, .parentPaused], .wait(.notDue)),
    TransitionRule(
      "PENDING/start-parent-paused", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .due, .parentPaused], .wait(.parentPaused)),
    TransitionRule(
      "PENDING/start-parent-stopped", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .parentStopped], .refuse(.parentStopped), [.consumeSeq]),
    TransitionRule(
      "PENDING/rename", from: .pending, on: .proposePending, when: [.owner, .next, .renames],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "PENDING/same", from: .pending, on: .proposePending, when: [.owner, .next, .sameName],
      .refuse(.illegalTransition), [.consumeSeq]),
    TransitionRule(
      "PENDING/give-back", from: .pending, on: .proposeScheduled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .releaseOwner]),
    TransitionRule(
      "PENDING/cancelling", from: .pending, on: .proposeCancelling, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "PENDING/cancelled", from: .pending, on: .proposeCancelled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "PENDING/end", from: .pending, on: .ends.subtracting(.proposeCancelled),
      when: [.owner, .next], .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "PENDING/illegal", from: .pending, on: .proposePaused, when: [.owner, .next],
      .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// The user's code runs.
  static let running: [TransitionRule] = [
    TransitionRule(
      "RUNNING/rename", from: .running, on: .proposeRunning, when: [.owner, .next, .renames],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/same", from: .running, on: .proposeRunning, when: [.owner, .next, .sameName],
      .refuse(.illegalTransition), [.consumeSeq]),
    TransitionRule(
      "RUNNING/pause", from: .running, on: .proposePaused, when: [.owner, .next, .processWaits],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/suspend", from: .running, on: .proposePaused, when: [.owner, .next, .suspends],
      .accept, to: .proposed, [.consumeSeq, .releaseOwner]),
    TransitionRule(
      "RUNNING/paused-before", from: .running, on: .proposePaused,
      when: [.owner, .next, .pausedBefore], .refuse(.pauseResumed), [.consumeSeq]),
    TransitionRule(
      "RUNNING/cancelling", from: .running, on: .proposeCancelling, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "RUNNING/cancelled", from: .running, on: .proposeCancelled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "RUNNING/end", from: .running, on: .proposeCompleted, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/fail", from: .running, on: .failures, when: [.owner, .next, .noRetry],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/retry", from: .running, on: .failures, when: [.owner, .next, .retryInProcess],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry]),
    TransitionRule(
      "RUNNING/retry-rescheduled", from: .running, on: .failures,
      when: [.owner, .next, .retryRescheduled],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry, .releaseOwner]),
    TransitionRule(
      "RUNNING/illegal", from: .running, on: [.proposeScheduled, .proposePending],
      when: [.owner, .next], .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// The owner waits to be resumed, and asks now and then by proposing RUNNING; or it never stopped, for
  /// an operator's pause reaches what the run starts, not what it does.
  static let paused: [TransitionRule] = [
    TransitionRule(
      "PAUSED/still-paused", from: .paused, on: .proposeRunning, when: [.owner, .next],
      .wait(.runPaused)),
    TransitionRule(
      "PAUSED/cancelled", from: .paused, on: [.proposeCancelling, .proposeCancelled],
      when: [.owner, .next], .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "PAUSED/end", from: .paused, on: .proposeCompleted, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "PAUSED/fail", from: .paused, on: .failures, when: [.owner, .next, .noRetry],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "PAUSED/retry", from: .paused, on: .failures, when: [.owner, .next, .retryInProcess],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry]),
    TransitionRule(
      "PAUSED/retry-rescheduled", from: .paused, on: .failures,
      when: [.owner, .next, .retryRescheduled],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry, .releaseOwner]),
    TransitionRule(
      "PAUSED/illegal", from: .paused, on: [.proposeScheduled, .proposePending, .proposePaused],
      when: [.owner, .next], .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// A run that is being cancelled can only become Cancelled.
  static let cancelling: [TransitionRule] = [
    TransitionRule(
      "CANCELLING/cancelled", from: .cancelling, on: .proposeCancelled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CANCELLING/end", from: .cancelling, on: .ends.subtracting(.proposeCancelled),
      when: [.owner, .next], .replace(.runCancelling), to: .state(.cancelled), [.consumeSeq]),
    TransitionRule(
      "CANCELLING/illegal", from: .cancelling, on: .proposals.subtracting(.ends),
      when: [.owner, .next], .refuse(.runCancelling), [.consumeSeq]),
  ]

  /// A finished run is not revived by its owner, but for a crash that was only presumed.
  static let finished: [TransitionRule] = [
    TransitionRule(
      "finished/claim", from: .terminal, on: .proposals, when: [.claimant, .unbound],
      .fence(.runFinished)),
    TransitionRule(
      "finished/late", from: [.completed, .failed, .cancelled], on: .proposals,
      when: [.owner, .next], .refuse(.runFinished), [.consumeSeq]),
    TransitionRule(
      "CRASHED/late", from: .crashed, on: .proposals, when: [.owner, .next, .final],
      .refuse(.runFinished), [.consumeSeq]),
    TransitionRule(
      "CRASHED/end", from: .crashed, on: .proposeCompleted, when: [.owner, .next, .presumptive],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CRASHED/fail", from: .crashed, on: .failures, when: [.owner, .next, .presumptive, .noRetry],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CRASHED/retry", from: .crashed, on: .failures,
      when: [.owner, .next, .presumptive, .retryInProcess],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry]),
    TransitionRule(
      "CRASHED/retry-rescheduled", from: .crashed, on: .failures,
      when: [.owner, .next, .presumptive, .retryRescheduled],
      .replace(.retry), to: .state(.scheduled), [.consumeSeq, .countRetry, .releaseOwner]),
    TransitionRule(
      "CRASHED/cancelled", from: .crashed, on: [.proposeCancelled, .proposeCancelling],
      when: [.owner, .next, .presumptive],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "CRASHED/still-running", from: .crashed, on: .proposeRunning,
      when: [.owner, .next, .presumptive, .parentOpen, .parentPaused, .slotsReady],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CRASHED/still-running-parent-stopped", from: .crashed, on: .proposeRunning,
      when: [.owner, .next, .presumptive, .parentStopped],
      .refuse(.parentStopped), [.consumeSeq]),
    TransitionRule(
      "CRASHED/illegal", from: .crashed, on: [.proposeScheduled, .proposePending, .proposePaused],
      when: [.owner, .next, .presumptive], .refuse(.illegalTransition), [.consumeSeq]),
  ]
}
