// Decides what operators and the server's services may make of a run: rows of the one table.

extension StateMachine {
  /// Someone asks it to stop.
  static let cancels: [TransitionRule] = [
    TransitionRule(
      "any/cancel-unowned", from: [.scheduled, .pending, .running, .paused], on: .cancel,
      when: [.unowned], .accept, to: .state(.cancelled), [.cancelChildren]),
    TransitionRule(
      "any/cancel-owned", from: [.scheduled, .pending, .running, .paused], on: .cancel,
      when: [.owned], .accept, to: .state(.cancelling), [.cancelChildren]),
    TransitionRule(
      "CANCELLING/cancel-sooner", from: .cancelling, on: .cancel, when: [.sooner],
      .accept, to: .state(.cancelling), [.cancelChildren]),
    TransitionRule(
      "CANCELLING/cancel-again", from: .cancelling, on: .cancel, when: [.notSooner], .ignore),
    TransitionRule("CANCELLED/cancel-again", from: .cancelled, on: .cancel, .ignore),
    TransitionRule(
      "CRASHED/cancel-presumptive", from: .crashed, on: .cancel, when: [.presumptive],
      .accept, to: .state(.cancelled), [.cancelChildren]),
    TransitionRule(
      "CRASHED/cancel", from: .crashed, on: .cancel, when: [.final], .refuse(.runFinished)),
    TransitionRule(
      "finished/cancel", from: [.completed, .failed], on: .cancel, .refuse(.runFinished)),
  ]

  /// The lease of its session lapses.
  static let lapses: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/lapse", from: .scheduled, on: .sessionLapsed, when: [.holdsRun, .lossReruns],
      .accept, to: .state(.scheduled), [.releaseOwner]),
    TransitionRule(
      "SCHEDULED/lapse-crash", from: .scheduled, on: .sessionLapsed,
      when: [.holdsRun, .lossCrashes], .accept, to: .state(.crashed), [.presumeCrash]),
    TransitionRule(
      "SCHEDULED/lapse-wait", from: .scheduled, on: .sessionLapsed, when: [.holdsRun, .lossWaits],
      .accept, to: .state(.scheduled), [.dropSession]),
    TransitionRule(
      "PENDING/lapse", from: .pending, on: .sessionLapsed, when: [.holdsRun],
      .accept, to: .state(.scheduled), [.releaseOwner]),
    TransitionRule(
      "RUNNING/lapse", from: .running, on: .sessionLapsed, when: [.holdsRun, .lossCrashes],
      .accept, to: .state(.crashed), [.presumeCrash]),
    TransitionRule(
      "RUNNING/lapse-rerun", from: .running, on: .sessionLapsed, when: [.holdsRun, .lossReruns],
      .accept, to: .state(.scheduled), [.releaseOwner, .countLoss]),
    TransitionRule(
      "RUNNING/lapse-wait", from: .running, on: .sessionLapsed, when: [.holdsRun, .lossWaits],
      .accept, to: .state(.running), [.dropSession]),
    TransitionRule(
      "PAUSED/lapse", from: .paused, on: .sessionLapsed, when: [.holdsRun, .lossReruns],
      .accept, to: .state(.paused), [.releaseOwner]),
    TransitionRule(
      "PAUSED/lapse-wait", from: .paused, on: .sessionLapsed, when: [.holdsRun, .lossWaits],
      .accept, to: .state(.paused), [.dropSession]),
    TransitionRule(
      "PAUSED/lapse-crash", from: .paused, on: .sessionLapsed, when: [.holdsRun, .lossCrashes],
      .accept, to: .state(.crashed), [.presumeCrash]),
    TransitionRule(
      "CANCELLING/lapse", from: .cancelling, on: .sessionLapsed, when: [.holdsRun],
      .accept, to: .state(.cancelled)),
    TransitionRule(
      "any/lapse-elsewhere", from: .existing.subtracting(.terminal), on: .sessionLapsed,
      when: [.holdsNot], .ignore),
    TransitionRule("finished/lapse", from: .terminal, on: .sessionLapsed, .ignore),
  ]

  /// A due time passes.
  static let dueTimes: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/late", from: .scheduled, on: .dueTimePassed, when: [.overdue],
      .accept, to: .state(.scheduled)),
    TransitionRule(
      "SCHEDULED/not-late", from: .scheduled, on: .dueTimePassed, when: [.timely], .ignore),
    TransitionRule(
      "RUNNING/timed-out", from: .running, on: .dueTimePassed, when: [.due, .noRetry],
      .accept, to: .state(.failed), [.cancelChildren]),
    TransitionRule(
      "RUNNING/timed-out-retry", from: .running, on: .dueTimePassed,
      when: [.due, .retryInProcess, .retryRescheduled],
      .accept, to: .state(.scheduled), [.countRetry, .releaseOwner]),
    TransitionRule(
      "PAUSED/timed-out", from: .paused, on: .dueTimePassed, when: [.due],
      .accept, to: .state(.failed)),
    TransitionRule(
      "CANCELLING/bound-passed", from: .cancelling, on: .dueTimePassed, when: [.due],
      .accept, to: .state(.cancelled)),
    TransitionRule(
      "any/time-ahead", from: [.running, .paused, .cancelling], on: .dueTimePassed,
      when: [.early], .ignore),
    TransitionRule(
      "any/not-waiting", from: [.pending, .terminal], on: .dueTimePassed, .ignore),
  ]

  /// An operator asks it to pause, or ends its pause. What runs already goes on; what it would start
  /// waits. So the state is true of everything that comes after the request, without the owner's help.
  static let pauses: [TransitionRule] = [
    TransitionRule(
      "any/pause-owned", from: [.scheduled, .pending, .running], on: .pause, when: [.owned],
      .accept, to: .state(.paused), [.askPause]),
    TransitionRule(
      "any/pause-unowned", from: [.scheduled, .pending, .running], on: .pause, when: [.unowned],
      .accept, to: .state(.paused), [.askPause, .releaseOwner]),
    TransitionRule("PAUSED/pause-again", from: .paused, on: .pause, .ignore),
    TransitionRule(
      "CANCELLING/pause", from: .cancelling, on: .pause, .refuse(.runCancelling)),
    TransitionRule("finished/pause", from: .terminal, on: .pause, .refuse(.runFinished)),
    TransitionRule(
      "PAUSED/resume", from: .paused, on: .resume, .accept, to: .state(.scheduled), [.answerPause]),
    TransitionRule(
      "any/resume", from: [.scheduled, .pending, .running, .cancelling], on: .resume,
      .refuse(.runNotPaused)),
    TransitionRule("finished/resume", from: .terminal, on: .resume, .refuse(.runFinished)),
  ]

  /// An operator has an ended run tried again, or one that waits wait for another time.
  static let retries: [TransitionRule] = [
    TransitionRule(
      "finished/retry", from: [.failed, .cancelled, .crashed], on: [.retry, .reschedule],
      when: [.parentOpen, .parentPaused],
      .accept, to: .state(.scheduled), [.releaseOwner, .beginAnew]),
    TransitionRule(
      "COMPLETED/retry-forced", from: .completed, on: [.retry, .reschedule],
      when: [.forced, .parentOpen, .parentPaused],
      .accept, to: .state(.scheduled), [.releaseOwner, .beginAnew]),
    TransitionRule(
      "COMPLETED/retry", from: .completed, on: [.retry, .reschedule],
      when: [.unforced, .parentOpen, .parentPaused], .refuse(.runFinished)),
    TransitionRule(
      "finished/retry-parent-stopped", from: .terminal, on: [.retry, .reschedule],
      when: [.parentStopped],
      .refuse(.parentStopped)),
    TransitionRule("SCHEDULED/retry", from: .scheduled, on: .retry, .ignore),
    TransitionRule(
      "SCHEDULED/reschedule", from: .scheduled, on: .reschedule, .accept, to: .state(.scheduled)),
    TransitionRule(
      "any/retry", from: [.pending, .running, .paused, .cancelling], on: [.retry, .reschedule],
      .refuse(.runNotFinished)),
  ]

  /// An operator gives it a state: whatever it is in if they insist, else only what nobody owns.
  static let overrides: [TransitionRule] = [
    TransitionRule(
      "any/force", from: .existing, on: .setState, when: [.forced, .asksEnd],
      .accept, to: .proposed, [.revokeOwner, .cancelChildren]),
    TransitionRule(
      "any/force-idle", from: .existing, on: .setState, when: [.forced, .asksIdle],
      .accept, to: .proposed, [.revokeOwner]),
    TransitionRule(
      "any/force-owned", from: .existing, on: .setState, when: [.forced, .asksOwned, .owned],
      .accept, to: .proposed),
    TransitionRule(
      "any/force-cancelling", from: .existing, on: .setState,
      when: [.forced, .asksCancelling, .owned], .accept, to: .proposed, [.cancelChildren]),
    TransitionRule(
      "any/force-unowned", from: .existing, on: .setState,
      when: [.forced, .asksOwned, .asksCancelling, .unowned], .refuse(.claimRequired)),
    TransitionRule(
      "any/set-end", from: [.scheduled, .pending, .running, .paused], on: .setState,
      when: [.unforced, .asksEnd, .unowned], .accept, to: .proposed, [.cancelChildren]),
    TransitionRule(
      "any/set-owned", from: [.scheduled, .pending, .running, .paused], on: .setState,
      when: [.unforced, .asksEnd, .owned], .refuse(.runOwned)),
    TransitionRule(
      "CANCELLING/set", from: .cancelling, on: .setState, when: [.unforced, .asksEnd],
      .refuse(.runCancelling)),
    TransitionRule(
      "finished/set", from: .terminal, on: .setState, when: [.unforced, .asksEnd],
      .refuse(.runFinished)),
    TransitionRule(
      "any/set-illegal", from: .existing, on: .setState,
      when: [.unforced, .asksIdle, .asksOwned, .asksCancelling], .refuse(.illegalTransition)),
  ]
}
