// Decides when the limits are asked for a run that would start, and when it gives its slots back.

extension TransitionFold {
  /// What the limits said to a start; nil when they are to be asked first.
  func standing(of command: Command, slot: Int?) -> SlotStanding? {
    guard case .report(let report) = command, case .propose(let state) = report.item,
      state.type == .running, let slot, gate.concerns(entries[slot].run)
    else { return .ready(nil) }
    return gate.standings[command.runID]
  }

  /// Puts a start off, and what comes after it for the same run, until the limits have answered.
  mutating func askLimits(for command: Command, at index: Int, slot: Int) {
    guard case .report(let report) = command else { return }
    let run = entries[slot].run
    undecided.insert(run.id)
    plan.slotRequests.append(
      RunSlotRequest(
        runID: run.id, namespace: run.namespace, epoch: report.epoch, actor: report.actor,
        needs: run.policy.needs))
    putOff(at: index, slot: slot)
  }

  /// Leaves a command undecided.
  mutating func putOff(at index: Int, slot: Int?) {
    plan.undecided.append(index)
    plan.results.append(result(.unchanged, rule: "", slot: slot))
  }

  /// Notes what a transition of a run that needs slots means for them.
  mutating func keepSlots(
    _ slot: Int, from: StateType, by rule: TransitionRule, standing: SlotStanding
  ) {
    let run = entries[slot].run
    if rule.guards.contains(.slotsReady), case .ready(let lease?) = standing {
      entries[slot].run.tally.holdsSlots = true
      plan.slotsTaken.append(SlotTaking(lease: lease, epoch: run.epoch))
      // The next start asks anew.
      gate.standings[run.id] = nil
      return
    }
    let holds = !run.isUntallied && run.tally.holdsSlots
    let leaves: Bool
    if holds {
      leaves = !run.keepsSlots
    } else {
      // In line it stays while it waits to be started, by whomever.
      leaves =
        from != .running && gate.concerns(run) && run.stateType != .running
        && (run.stateType != .scheduled && run.stateType != .pending
          || rule.effects.contains(.releaseOwner))
    }
    guard leaves else { return }
    if holds { entries[slot].run.tally.holdsSlots = false }
    gate.standings[run.id] = nil
    if !plan.slotsReleased.contains(run.id) { plan.slotsReleased.append(run.id) }
  }
}
