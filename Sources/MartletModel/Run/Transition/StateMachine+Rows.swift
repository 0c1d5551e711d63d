// Decides what may happen to a run: the one table from which everything else derives. Nothing here is
// repeated elsewhere; add a rule as a row.

extension StateMachine {
  /// The rows, from the most general question to the state's own business.
  ///
  /// A proposal that is REFUSED comes from the owner and uses up its seq; whoever is not the owner is
  /// FENCED, whatever the reason, and uses up none. A refused create begins no run.
  public static let rows: [TransitionRule] =
    creation + fencing + claiming + binding + pending + running + cancelling + finished + others

  /// A run begins, or begins again.
  private static let creation: [TransitionRule] = [
    TransitionRule(
      "none/create", from: .none, on: .create, when: [.parentOpen],
      .accept, to: .state(.scheduled)),
    TransitionRule(
      "none/create-claimed", from: .none, on: .createClaimed, when: [.parentOpen],
      .accept, to: .state(.pending), [.raiseEpoch, .bindExecution, .consumeSeq]),
    TransitionRule(
      "none/parent-stopped", from: .none, on: .creates, when: [.parentStopped],
      .refuse(.parentStopped)),
    TransitionRule(
      "none/unknown", from: .none, on: [.proposals, .fromOthers], .notFound),
    TransitionRule(
      "any/create-other", from: .existing, on: .creates, when: [.otherContent], .alreadyExists),
    TransitionRule(
      "any/create-again", from: .existing, on: .create, when: [.sameContent], .existing),
    TransitionRule(
      "any/create-claimed-again", from: .existing, on: .createClaimed,
      when: [.sameContent, .owner], .duplicate),
    TransitionRule(
      "any/create-claimed-stale", from: .existing, on: .createClaimed,
      when: [.sameContent, .staleEpoch], .fence(.staleEpoch)),
    TransitionRule(
      "any/create-claimed-elsewhere", from: .existing, on: .createClaimed,
      when: [.sameContent, .otherExecution], .fence(.otherExecution)),
    TransitionRule(
      "any/create-claimed-unowned", from: .existing, on: .createClaimed,
      when: [.sameContent, .claimant, .unbound], .fence(.claimRequired)),
  ]

  /// Who may speak for a run, and in which order.
  private static let fencing: [TransitionRule] = [
    TransitionRule(
      "any/stale-epoch", from: .existing, on: .proposals, when: [.staleEpoch],
      .fence(.staleEpoch)),
    TransitionRule(
      "any/other-execution", from: .existing, on: .proposals, when: [.otherExecution],
      .fence(.otherExecution)),
    TransitionRule(
      "any/repeat", from: .existing, on: .proposals, when: [.owner, .repeated], .duplicate),
    TransitionRule(
      "any/gap", from: .existing, on: .proposals, when: [.owner, .gap], .outOfSequence),
  ]

  /// An unowned run is taken by the epoch after its own.
  private static let claiming: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/claim", from: .scheduled, on: .proposePending,
      when: [.claimant, .next, .due, .parentOpen],
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .consumeSeq]),
    TransitionRule(
      "SCHEDULED/claim-and-start", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .next, .due, .parentOpen],
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .consumeSeq, .raiseAttempt]),
    TransitionRule(
      "SCHEDULED/claim-early", from: .scheduled, on: .claims,
      when: [.claimant, .next, .early, .parentOpen], .wait(.notDue)),
    TransitionRule(
      "SCHEDULED/claim-parent-stopped", from: .scheduled, on: .claims,
      when: [.claimant, .next, .parentStopped], .fence(.parentStopped)),
    TransitionRule(
      "SCHEDULED/claim-gap", from: .scheduled, on: .claims, when: [.claimant, .repeated, .gap],
      .outOfSequence),
    TransitionRule(
      "SCHEDULED/unclaimed", from: .scheduled, on: .proposals.subtracting(.claims),
      when: [.claimant], .fence(.claimRequired)),
    TransitionRule(
      "SCHEDULED/unowned", from: .scheduled, on: .proposals, when: [.unbound],
      .fence(.claimRequired)),
    TransitionRule(
      "SCHEDULED/illegal", from: .scheduled, on: .proposals, when: [.owner, .next],
      .refuse(.illegalTransition), [.consumeSeq]),
    TransitionRule(
      "any/owned", from: [.pending, .running, .paused, .cancelling], on: .proposals,
      when: [.claimant], .fence(.runOwned)),
  ]

  /// An offered run is bound by the first execution that would start it.
  private static let binding: [TransitionRule] = [
    TransitionRule(
      "PENDING/bind", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentOpen],
      .accept, to: .proposed, [.bindExecution, .consumeSeq, .raiseAttempt]),
    TransitionRule(
      "PENDING/bind-early", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .early, .parentOpen], .wait(.notDue)),
    TransitionRule(
      "PENDING/bind-parent-stopped", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .parentStopped], .fence(.parentStopped)),
    TransitionRule(
      "PENDING/bind-gap", from: .pending, on: .proposeRunning, when: [.unbound, .repeated, .gap],
      .outOfSequence),
    TransitionRule(
      "PENDING/unbound", from: .pending, on: .proposals.subtracting(.proposeRunning),
      when: [.unbound], .fence(.bindRequired)),
    TransitionRule(
      "any/unbound", from: [.running, .paused, .cancelling], on: .proposals, when: [.unbound],
      .fence(.claimRequired)),
  ]

  /// The owner has not started the user's code.
  private static let pending: [TransitionRule] = [
    TransitionRule(
      "PENDING/start", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen],
      .accept, to: .proposed, [.consumeSeq, .raiseAttempt]),
    TransitionRule(
      "PENDING/start-early", from: .pending, on: .proposeRunning,
      when: [.owner, .next, .early, .parentOpen], .wait(.notDue)),
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

  /// The user's code runs; and the pause, of which only the refusal is here yet.
  private static let running: [TransitionRule] = [
    TransitionRule(
      "RUNNING/rename", from: .running, on: .proposeRunning, when: [.owner, .next, .renames],
      .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/same", from: .running, on: .proposeRunning, when: [.owner, .next, .sameName],
      .refuse(.illegalTransition), [.consumeSeq]),
    TransitionRule(
      "RUNNING/cancelling", from: .running, on: .proposeCancelling, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "RUNNING/cancelled", from: .running, on: .proposeCancelled, when: [.owner, .next],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "RUNNING/end", from: .running, on: .ends.subtracting(.proposeCancelled),
      when: [.owner, .next], .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "RUNNING/illegal", from: .running, on: [.proposeScheduled, .proposePending, .proposePaused],
      when: [.owner, .next], .refuse(.illegalTransition), [.consumeSeq]),
    TransitionRule(
      "PAUSED/illegal", from: .paused, on: .proposals, when: [.owner, .next],
      .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// A run that is being cancelled can only become Cancelled.
  private static let cancelling: [TransitionRule] = [
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

  /// A finished run is never revived, but for a crash that was only presumed.
  private static let finished: [TransitionRule] = [
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
      "CRASHED/end", from: .crashed, on: .ends.subtracting(.proposeCancelled),
      when: [.owner, .next, .presumptive], .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CRASHED/cancelled", from: .crashed, on: [.proposeCancelled, .proposeCancelling],
      when: [.owner, .next, .presumptive],
      .accept, to: .proposed, [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "CRASHED/still-running", from: .crashed, on: .proposeRunning,
      when: [.owner, .next, .presumptive, .parentOpen], .accept, to: .proposed, [.consumeSeq]),
    TransitionRule(
      "CRASHED/still-running-parent-stopped", from: .crashed, on: .proposeRunning,
      when: [.owner, .next, .presumptive, .parentStopped],
      .refuse(.parentStopped), [.consumeSeq]),
    TransitionRule(
      "CRASHED/illegal", from: .crashed, on: [.proposeScheduled, .proposePending, .proposePaused],
      when: [.owner, .next, .presumptive], .refuse(.illegalTransition), [.consumeSeq]),
  ]

  /// What operators, the reaper and the dispatcher do.
  private static let others: [TransitionRule] = [
    TransitionRule(
      "any/cancel-unowned", from: [.scheduled, .pending, .running, .paused], on: .cancel,
      when: [.unowned], .accept, to: .state(.cancelled), [.cancelChildren]),
    TransitionRule(
      "any/cancel-owned", from: [.scheduled, .pending, .running, .paused], on: .cancel,
      when: [.owned], .accept, to: .state(.cancelling), [.cancelChildren]),
    TransitionRule("any/cancel-again", from: [.cancelling, .cancelled], on: .cancel, .ignore),
    TransitionRule(
      "CRASHED/cancel-presumptive", from: .crashed, on: .cancel, when: [.presumptive],
      .accept, to: .state(.cancelled), [.cancelChildren]),
    TransitionRule(
      "CRASHED/cancel", from: .crashed, on: .cancel, when: [.final], .refuse(.runFinished)),
    TransitionRule(
      "finished/cancel", from: [.completed, .failed], on: .cancel, .refuse(.runFinished)),

    TransitionRule(
      "PENDING/lapse", from: .pending, on: .sessionLapsed, when: [.holdsRun],
      .accept, to: .state(.scheduled), [.releaseOwner]),
    TransitionRule(
      "RUNNING/lapse", from: .running, on: .sessionLapsed, when: [.holdsRun],
      .accept, to: .state(.crashed), [.presumeCrash]),
    TransitionRule(
      "CANCELLING/lapse", from: .cancelling, on: .sessionLapsed, when: [.holdsRun],
      .accept, to: .state(.cancelled)),
    TransitionRule(
      "any/lapse-elsewhere", from: [.pending, .running, .cancelling], on: .sessionLapsed,
      when: [.holdsNot], .ignore),
    TransitionRule(
      "any/lapse-late", from: .existing.subtracting([.pending, .running, .cancelling]),
      on: .sessionLapsed, .ignore),

    TransitionRule(
      "CANCELLING/bound-passed", from: .cancelling, on: .dueTimePassed, when: [.due],
      .accept, to: .state(.cancelled)),
    TransitionRule(
      "CANCELLING/bound-ahead", from: .cancelling, on: .dueTimePassed, when: [.early], .ignore),
    TransitionRule(
      "any/not-waiting", from: .existing.subtracting(.cancelling), on: .dueTimePassed, .ignore),

    TransitionRule(
      "SCHEDULED/offer", from: .scheduled, on: .offer, when: [.unowned, .parentOpen],
      .accept, to: .state(.pending), [.raiseEpoch]),
    TransitionRule(
      "SCHEDULED/offer-parent-stopped", from: .scheduled, on: .offer,
      when: [.unowned, .parentStopped], .refuse(.parentStopped)),
    TransitionRule(
      "SCHEDULED/offer-owned", from: .scheduled, on: .offer, when: [.owned], .refuse(.runOwned)),
    TransitionRule(
      "any/offer-owned", from: [.pending, .running, .paused, .cancelling], on: .offer,
      .refuse(.runOwned)),
    TransitionRule(
      "finished/offer", from: .terminal, on: .offer, .refuse(.runFinished)),
    TransitionRule(
      "PENDING/withdraw", from: .pending, on: .withdrawOffer, when: [.unbound],
      .accept, to: .state(.scheduled), [.releaseOwner]),
    TransitionRule(
      "PENDING/withdraw-late", from: .pending, on: .withdrawOffer,
      when: [.owner, .claimant, .staleEpoch, .otherExecution], .ignore),
    TransitionRule(
      "any/withdraw-late", from: .existing.subtracting(.pending), on: .withdrawOffer, .ignore),
  ]
}
