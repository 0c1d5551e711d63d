// Decides what is kept of a run of which is told: its times are those of the past that was told, and whose word its state is.

extension RunSnapshot {
  /// Takes over what was told, after the state was entered as any other.
  ///
  /// - Parameters:
  ///   - report: What was told, and when it happened.
  ///   - before: The run as it was before.
  ///   - time: The server's time, which what has happened cannot be after.
  mutating func keepTold(of report: Report, from before: RunSnapshot, at time: Instant) {
    let told = report.observedTime ?? time
    let moment = min(told, time)
    if before.startTime == nil, startTime != nil { startTime = moment }
    if endTime != nil { endTime = max(moment, startTime ?? moment) }
    runningTime = before.runningTime
    if before.stateType == .running, before.revision > 0 {
      let since = min(before.tally.toldTime ?? before.transitionTime, moment)
      runningTime = runningTime + since.distance(to: moment)
    }
    if stateType == .running, before.stateType != .running { attempt += 1 }
    if stateType != .scheduled, stateType != .cancelling { dueTime = nil }
    var tally = tally
    tally.toldTime = told
    tally.word = .teller
    self.tally = tally
  }

  /// Notes whose word the state is that a run has come to otherwise than by what is told.
  mutating func keepWord(_ command: Command, at time: Instant) {
    // Else what is over would take it from those who may begin it, and nobody would end it.
    if command.isOrder, !stateType.isTerminal, executionID == nil { tally.orderTime = time }
    guard !isUntallied, tally.toldTime != nil else { return }
    switch command {
    case .cancel(let cancellation): tally.word = cancellation.isForParent ? .parent : nil
    // The bound of its cancellation passed: it ends for the reason that it was to stop for, and an end that is told holds.
    case .dueTimePassed: if stateType.isTerminal, tally.word == .teller { tally.word = .parent }
    default: tally.word = nil
    }
  }
}

extension Command {
  /// Whether an operator decides by it what a run is from now on.
  fileprivate var isOrder: Bool {
    switch self {
    case .retry: true
    case .setState(let override): override.isForced
    default: false
    }
  }
}
