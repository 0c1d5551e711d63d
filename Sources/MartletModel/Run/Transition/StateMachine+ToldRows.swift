// Decides what becomes of a run by what is told of it: a report that says what has happened, and asks nothing. Rows of the
// one table.

extension StateMachine {
  private static let news: [Guard] = [.next, .gap, .newest]
  private static let nobodys: [Guard] = [.unbound, .claimant, .released]

  /// What has happened is written down, wherever the run and its parent are, but it undoes no decision: an end that the
  /// server or an operator made stays, unless it was made only because the enclosing run stopped; then the end that was
  /// told holds, for it came about all the same.
  static let tales: [TransitionRule] = [
    TransitionRule(
      "none/tell", from: .none, on: .tell,
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .keepTold]),
    TransitionRule("any/tell-again", from: .existing, on: .tell, when: [.repeated], .existing),
    TransitionRule(
      "any/tell-elsewhere", from: .existing, on: .tell,
      when: [.next, .gap, .otherExecution, .staleEpoch], .fence(.otherExecution)),
    TransitionRule(
      "any/tell-overtaken", from: .existing, on: .tell,
      when: [.next, .gap, .overtaken, .owner] + nobodys, .refuse(.overtaken)),
    TransitionRule(
      "any/tell", from: [.scheduled, .pending, .running, .paused], on: .tell,
      when: news + [.owner], .accept, to: .proposed, [.keepTold]),
    TransitionRule(
      "waiting/tell-unowned", from: [.scheduled, .paused], on: .tell, when: news + nobodys,
      .accept, to: .proposed, [.raiseEpoch, .bindExecution, .keepTold]),
    TransitionRule(
      "PENDING/tell-unbound", from: [.pending, .running], on: .tell, when: news + nobodys,
      .fence(.bindRequired)),
    TransitionRule(
      "CANCELLING/tell-end", from: .cancelling, on: .tell,
      when: news + nobodys + [.owner, .asksEnd], .accept, to: .proposed, [.keepTold]),
    TransitionRule(
      "CANCELLING/tell", from: .cancelling, on: .tell,
      when: news + nobodys + [.owner, .asksIdle, .asksOwned, .asksCancelling],
      .refuse(.runCancelling)),
    TransitionRule(
      "finished/tell", from: .terminal, on: .tell, when: news + [.owner, .wordOfTeller],
      .accept, to: .proposed, [.keepTold]),
    TransitionRule(
      "finished/tell-end", from: .terminal, on: .tell,
      when: news + [.owner, .wordOfParent, .asksEnd], .accept, to: .proposed, [.keepTold]),
    TransitionRule(
      "finished/tell-stopped", from: .terminal, on: .tell,
      when: news + [.owner, .wordOfParent, .asksIdle, .asksOwned, .asksCancelling],
      .refuse(.runFinished)),
    TransitionRule(
      "finished/tell-decided", from: .terminal, on: .tell, when: news + [.owner, .wordOfServer],
      .refuse(.runFinished)),
    TransitionRule(
      "finished/tell-unowned", from: .terminal, on: .tell, when: news + nobodys,
      .refuse(.runFinished)),
  ]
}
