// Decides what a run that would be RUNNING is told while it has not the slots of limits that it needs: rows of the one
// table, which apply when nothing else stands in its way.

extension StateMachine {
  /// A run stands in line, is cancelled, or is sent away.
  static let gates: [TransitionRule] = [
    TransitionRule(
      "SCHEDULED/claim-slots-full", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .unowned, .next, .due, .parentOpen, .slotsFull],
      .wait(.awaitingConcurrencySlot)),
    TransitionRule(
      "SCHEDULED/claim-slots-refused", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .unowned, .next, .due, .parentOpen, .slotsRefused],
      .replace(.limitFull), to: .state(.cancelled),
      [.raiseEpoch, .bindExecution, .consumeSeq, .cancelChildren]),
    TransitionRule(
      "SCHEDULED/claim-slots-closed", from: .scheduled, on: .proposeRunning,
      when: [.claimant, .unowned, .next, .due, .parentOpen, .slotsClosed],
      .fence(.limitClosed)),
    TransitionRule(
      "PENDING/bind-slots-full", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentOpen, .slotsFull], .wait(.awaitingConcurrencySlot)),
    TransitionRule(
      "PENDING/bind-slots-refused", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentOpen, .slotsRefused],
      .replace(.limitFull), to: .state(.cancelled),
      [.bindExecution, .consumeSeq, .cancelChildren]),
    TransitionRule(
      "PENDING/bind-slots-closed", from: .pending, on: .proposeRunning,
      when: [.unbound, .next, .due, .parentOpen, .slotsClosed], .fence(.limitClosed)),
    TransitionRule(
      "waiting/slots-full", from: [.scheduled, .pending], on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .slotsFull], .wait(.awaitingConcurrencySlot)),
    TransitionRule(
      "waiting/slots-refused", from: [.scheduled, .pending], on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .slotsRefused],
      .replace(.limitFull), to: .state(.cancelled), [.consumeSeq, .cancelChildren]),
    TransitionRule(
      "waiting/slots-closed", from: [.scheduled, .pending], on: .proposeRunning,
      when: [.owner, .next, .due, .parentOpen, .slotsClosed],
      .refuse(.limitClosed), [.consumeSeq]),
    // It runs already, and somebody may have its slots: it is not cancelled for that.
    TransitionRule(
      "CRASHED/still-running-slots-full", from: .crashed, on: .proposeRunning,
      when: [
        .owner, .next, .presumptive, .parentOpen, .parentPaused, .slotsFull, .slotsRefused,
      ],
      .wait(.awaitingConcurrencySlot)),
    TransitionRule(
      "CRASHED/still-running-slots-closed", from: .crashed, on: .proposeRunning,
      when: [.owner, .next, .presumptive, .parentOpen, .parentPaused, .slotsClosed],
      .refuse(.limitClosed), [.consumeSeq]),
  ]
}
