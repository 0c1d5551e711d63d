// Decides what operators do in a simulated world, wisely or not: they stop, pause, resume and retry runs, and give them
// states.

import MartletModel

extension Simulation {
  /// Lays hands on runs at random, also finished ones and twice.
  func beginOperator() {
    agenda.after(delay(300, 5000)) { [unowned self] in
      guard !isCalm else { return }
      beginOperator()
      let id = database.runs.keys.sorted().randomElement(using: &random)
      if let run = id.flatMap({ database.runs[$0] }) { operate(on: run) }
      let ended = database.runs.values.filter(\.stateType.isTerminal).sorted { $0.id < $1.id }
      if random.chance(0.2), let run = ended.randomElement(using: &random) { retry(run) }
      let paused = database.runs.values.filter { $0.stateType == .paused }.sorted { $0.id < $1.id }
      if random.chance(0.4), let run = paused.randomElement(using: &random) { resume(run) }
      let waiting = database.runs.values.filter { $0.stateType == .scheduled }
        .sorted { $0.id < $1.id }
      if random.chance(0.1), let run = waiting.randomElement(using: &random) { retry(run) }
    }
  }

  /// Resumes whatever is paused, again and again, so that nothing waits for somebody who is not there.
  func resumeAll() {
    for run in database.runs.values.sorted(by: { $0.id < $1.id }) where run.stateType == .paused {
      resume(run)
    }
    agenda.after(.seconds(3)) { [unowned self] in resumeAll() }
  }

  private func operate(on run: RunSnapshot) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1, 2:
      let bound = Interval.seconds(Int64.random(in: 1...100, using: &random))
      ask(
        .cancel(
          Cancellation(
            namespace: run.namespace, runID: run.id, actor: HistoryChecker.Operator.cancel,
            bound: bound)), HistoryChecker.Operator.cancel)
    case 3, 4, 5:
      ask(
        .pause(
          PauseRequest(
            namespace: run.namespace, runID: run.id, actor: HistoryChecker.Operator.pause,
            timeout: random.chance(0.3) ? delay(1000, 60_000) : nil)),
        HistoryChecker.Operator.pause)
    case 6: resume(run)
    case 7, 8: retry(run)
    default: force(run)
    }
  }

  private func resume(_ run: RunSnapshot) {
    // Sometimes what was resumed is not what is paused any more.
    let revision = random.chance(0.1) ? run.revision - 1 : run.revision
    ask(
      .resume(
        Resumption(
          namespace: run.namespace, runID: run.id, actor: HistoryChecker.Operator.resume,
          input: random.chance(0.5) ? "{}" : nil, revision: revision)),
      HistoryChecker.Operator.resume)
  }

  /// At once, or at some time.
  private func retry(_ run: RunSnapshot) {
    ask(
      .retry(
        RetryRequest(
          namespace: run.namespace, runID: run.id, actor: HistoryChecker.Operator.retry,
          isForced: random.chance(0.5),
          dueTime: random.chance(0.3) ? agenda.now + delay(-5000, 40_000) : nil)),
      HistoryChecker.Operator.retry)
  }

  private func force(_ run: RunSnapshot) {
    let states: [RunState.Detail] = [
      .scheduled(RunState.Scheduled()), .pending, .running, .paused(RunState.Paused()),
      .cancelling(deadline: nil), .completed(RunState.Completed()), .failed(RunState.Failed()),
      .cancelled, .crashed(RunState.Crashed()),
    ]
    guard let detail = states.randomElement(using: &random) else { return }
    ask(
      .setState(
        StateOverride(
          namespace: run.namespace, runID: run.id, actor: HistoryChecker.Operator.force,
          state: RunState(detail), isForced: random.chance(0.4))), HistoryChecker.Operator.force)
  }

  private func ask(_ command: Command, _ actor: String) {
    anyServer()?.receive([command]) { [unowned self] answers in
      guard case .verdict(let given) = answers[0] else { return }
      checks.acknowledged(actor, on: command.runID, given, in: self)
    }
  }
}
