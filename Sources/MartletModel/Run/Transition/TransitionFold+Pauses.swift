// Decides what is kept of pauses beside the history.

extension TransitionFold {
  /// Notes what is kept of a pause that begins or is answered.
  mutating func keepPause(
    _ command: Command, by rule: TransitionRule, entering state: RunState, on run: RunSnapshot,
    at time: Instant
  ) {
    var write = PauseWrite(runID: run.id, namespace: run.namespace, key: "", time: time)
    if rule.effects.contains(.beginAnew) {
      plan.pauses.removeAll { $0.runID == run.id }
      if !plan.pausesForgotten.contains(run.id) { plan.pausesForgotten.append(run.id) }
    }
    if case .paused(let paused) = state.detail, !paused.inputSchema.isEmpty {
      write.key = paused.key
      write.inputSchema = paused.inputSchema
    } else if rule.effects.contains(.answerPause), case .resume(let resumption) = command,
      let input = resumption.input
    {
      write.key = run.tally.pauseKey
      write.input = input
    } else {
      return
    }
    if let index = plan.pauses.firstIndex(where: { $0.runID == run.id && $0.key == write.key }) {
      write.inputSchema = write.inputSchema ?? plan.pauses[index].inputSchema
      plan.pauses[index] = write
    } else {
      plan.pauses.append(write)
    }
  }
}
