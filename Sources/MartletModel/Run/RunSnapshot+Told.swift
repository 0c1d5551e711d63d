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

  /// Notes whose word the state is that a run of which was told has come to otherwise.
  mutating func keepWord(_ command: Command) {
    guard !isUntallied, tally.toldTime != nil else { return }
    switch command {
    case .cancel(let cancellation): tally.word = cancellation.isForParent ? .parent : nil
    // The bound of its cancellation passed: it ends for the reason that it was to stop for, and an end that is told holds.
    case .dueTimePassed: if stateType.isTerminal, tally.word == .teller { tally.word = .parent }
    default: tally.word = nil
    }
  }
}
