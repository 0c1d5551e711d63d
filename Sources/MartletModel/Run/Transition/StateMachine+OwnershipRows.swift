// Decides who may speak for a run, and how it is taken: rows of the one table.

extension StateMachine {
  /// Who may speak for a run, and in which order.
  static let fencing: [TransitionRule] = [
    TransitionRule(
      "any/stale-epoch", from: .existing, on: .proposals, when: [.staleEpoch],
      .fence(.staleEpoch)),
    TransitionRule(
      "any/other-execution", from: .existing, on: .proposals, when: [.otherExecution],
      .fence(.otherExecution)),
    TransitionRule(
      "any/repeat", from: .existing, on: .proposals, when: [.owner, .released, .repeated],
      .duplicate),
    TransitionRule(
      "any/gap", from: .existing, on: .proposals, when: [.owner, .gap], .outOfSequence),
    TransitionRule(
      "any/released", from: .existing.subtracting(.terminal), on: .proposals,
      when: [.released, .next, .gap], .fence(.claimRequired)),
    TransitionRule(
      "finished/released", from: .terminal, on: .proposals, when: [.released, .next, .gap],
      .fence(.runFinished)),
  ]

  /// An unowned run is taken by the epoch after its own.
  static let claiming: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/claim", from: .scheduled, on: .proposePending,
      when: [.claimant, .unowned, .next, .due, .parentOpen, .parentPaused],
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .consumeSeq]),
    TransitionRule(
      "SCHEDULED/claim-and-start", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .unowned, .next, .due, .parentOpen, .slotsReady],
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .consumeSeq, .raiseAttempt]),
    TransitionRule(
      "SCHEDULED/claim-early", from: .scheduled, on: .claims,
      when: [.claimant, .unowned, .next, .early, .parentOpen, .parentPaused], .wait(.notDue)),
    TransitionRule(
      "SCHEDULED/claim-parent-paused", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .unowned, .next, .due, .parentPaused], .wait(.parentPaused)),
    TransitionRule(
      "SCHEDULED/claim-parent-stopped", from: .scheduled, on: .claims,
      when: [.claimant, .unowned, .next, .parentStopped], .fence(.parentStopped)),
    TransitionRule(
      "SCHEDULED/claim-gap", from: .scheduled, on: .claims,
      when: [.claimant, .unowned, .repeated, .gap], .outOfSequence),
    TransitionRule(
      "SCHEDULED/unclaimed", from: .scheduled, on: .proposals.subtracting(.claims),
      when: [.claimant, .unowned], .fence(.claimRequired)),
    TransitionRule(
      "SCHEDULED/unowned", from: .scheduled, on: .proposals, when: [.unbound],
      .fence(.claimRequired)),
    TransitionRule(
      "any/owned", from: [.pending, .running, .cancelling], on: .proposals, when: [.claimant],
      .fence(.runOwned)),
    TransitionRule(
      "waiting/owned", from: [.scheduled, .paused], on: .proposals, when: [.claimant, .owned],
      .fence(.runOwned)),
    TransitionRule(
      "PAUSED/claim", from: .paused, on: .proposals, when: [.claimant, .unowned],
      .fence(.runPaused)),
  ]

  /// An offered run is bound by the first execution that would start it.
  static let binding: [TransitionRule] = [
    TransitionRule(
      "PENDING/bind", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentOpen, .slotsReady],
      .accept, to: .proposed, [.bindExecution, .consumeSeq, .raiseAttempt]),
    TransitionRule(
      "PENDING/bind-early", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .early, .parentOpen, .parentPaused], .wait(.notDue)),
    TransitionRule(
      "PENDING/bind-parent-paused", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentPaused], .wait(.parentPaused)),
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

  /// What the dispatcher does.
  static let offers: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/offer", from: .scheduled, on: .offer, when: [.unowned, .parentOpen],
      .accept, to: .state(.pending), [.raiseEpoch]),
    TransitionRule(
      "SCHEDULED/offer-parent-paused", from: .scheduled, on: .offer,
      when: [.unowned, .parentPaused], .refuse(.parentPaused)),
    TransitionRule(
      "SCHEDULED/offer-parent-stopped", from: .scheduled, on: .offer,
      when: [.unowned, .parentStopped], .refuse(.parentStopped)),
    TransitionRule(
      "SCHEDULED/offer-owned", from: .scheduled, on: .offer, when: [.owned], .refuse(.runOwned)),
    TransitionRule(
      "any/offer-owned", from: [.pending, .running, .cancelling], on: .offer,
      .refuse(.runOwned)),
    TransitionRule("PAUSED/offer", from: .paused, on: .offer, .refuse(.runPaused)),
    TransitionRule(
      "finished/offer", from: .terminal, on: .offer, .refuse(.runFinished)),
    TransitionRule(
      "PENDING/withdraw", from: .pending, on: .withdrawOffer, when: [.unbound],
      .accept, to: .state(.scheduled), [.releaseOwner]),
    TransitionRule(
      "PENDING/withdraw-late", from: .pending, on: .withdrawOffer,
      when: [.owner, .claimant, .staleEpoch, .otherExecution, .released], .ignore),
    TransitionRule(
      "any/withdraw-late", from: .existing.subtracting(.pending), on: .withdrawOffer, .ignore),
    TransitionRule(
      "SCHEDULED/hold", from: .scheduled, on: .hold, when: [.unowned, .renames],
      .accept, to: .state(.scheduled)),
    TransitionRule(
      "SCHEDULED/hold-again", from: .scheduled, on: .hold, when: [.unowned, .sameName], .ignore),
    TransitionRule("SCHEDULED/hold-owned", from: .scheduled, on: .hold, when: [.owned], .ignore),
    TransitionRule(
      "any/hold", from: .existing.subtracting(.scheduled), on: .hold, .ignore),
  ]
}
