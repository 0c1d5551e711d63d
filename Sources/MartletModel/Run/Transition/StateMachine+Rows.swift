// Decides what may happen to a run: the one table from which everything else derives. Nothing here is
// repeated elsewhere; add a rule as a row. This file says how runs begin, and in which order the rest is.

extension StateMachine {
  /// The rows, from the most general question to the state's own business.
  ///
  /// A proposal that is REFUSED comes from the owner and uses up its seq; whoever is not the owner is
  /// FENCED, whatever the reason, and uses up none. A refused create begins no run.
  public static let rows: [TransitionRule] = [
    creation, fencing, claiming, binding, waiting, pending, running, paused, cancelling, finished,
    gates, cancels, lapses, dueTimes, offers, pauses, retries, overrides, tales,
  ].flatMap { $0 }

  /// A run begins, or begins again.
  private static let creation: [TransitionRule] = [
    TransitionRule(
      "none/create", from: .none, on: .create, when: [.parentOpen, .parentPaused],
      .accept, to: .state(.scheduled)),
    TransitionRule(
      "none/create-claimed", from: .none, on: .createClaimed, when: [.parentOpen, .parentPaused],
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
      when: [.sameContent, .owner, .released], .duplicate),
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
}
