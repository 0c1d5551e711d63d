// Decides how a simulated process sees one run through: one report at a time, each repeated under its
// seq until it is answered.

import MartletModel

/// One run in the hands of one process.
final class SimulatedJob {
  /// What is done next.
  enum Step {
    /// A report of this run.
    case report(Report.Item)
    /// A child of this run is seen through.
    case task
    /// A proposal of any state, sensible or not.
    case anything
  }

  let runID: RunID
  private(set) var epoch: Int64
  private unowned let process: SimulatedProcess
  private var script: [Step]
  /// Whether its process proposes whatever comes to its mind, and takes no refusal for an end.
  private let isErratic: Bool
  private var seq: Int64 = 0
  /// The seq whose answer is awaited; late answers to others are not obeyed.
  private var awaited: Int64?
  /// Raised by whatever makes earlier plans to send again void.
  private var round = 0
  private var next = 0
  private var isOver = false
  private var whenOver: (() -> Void)?

  init(_ runID: RunID, epoch: Int64, _ script: [Step], of process: SimulatedProcess) {
    self.runID = runID
    self.epoch = epoch
    self.script = script
    self.process = process
    isErratic = script.contains { if case .anything = $0 { true } else { false } }
  }

  private var world: Simulation { process.world }

  /// Does the next step.
  func proceed() {
    guard process.isAlive, !isOver, next < script.count else { return finish() }
    let row = world.database.runs[runID]
    if !isErratic {
      // A process hears of a cancel sometimes before its next report, sometimes not.
      if row?.stateType == .cancelling, world.random.chance(0.6) {
        script = [.report(.propose(RunState(.cancelled)))]
        next = 0
      }
      // One that learns it was given up says that it still runs, or goes on as if nothing were.
      if row?.isPresumptive == true, row?.epoch == epoch, world.random.chance(0.4) {
        script.insert(.report(.propose(RunState(.running))), at: next)
      }
    }
    switch script[next] {
    case .task: seeTaskThrough()
    case .anything: report(.propose(process.anything()))
    case .report(let item): report(item)
    }
  }

  private func report(_ item: Report.Item) {
    // Whoever asks to wait or to end is not in the user's code meanwhile.
    if case .propose(let state) = item, state.type != .running {
      world.checks.stopped(runID, process.execution)
    }
    seq += 1
    awaited = seq
    send(
      Report(
        namespace: .standard, runID: runID, epoch: epoch, executionID: process.execution,
        seq: seq, sessionID: process.session, actor: "client", observedTime: world.agenda.now,
        item: item))
  }

  private func seeTaskThrough() {
    let id = world.newID()
    let task = process.dress(NewRun(kind: .task, definition: "task", parentID: runID))
    next += 1
    let child = SimulatedJob(
      id, epoch: 1,
      [
        .report(.create(task)), .report(.propose(RunState(.running))),
      ] + process.ending(), of: process)
    child.whenOver = { [self] in proceed() }
    child.proceed()
  }

  /// Sends a report, some copies of it late, and again when no answer came.
  private func send(_ report: Report) {
    guard process.isAlive, !isOver, report.seq == awaited, report.epoch == epoch else { return }
    round += 1
    let round = round
    for _ in 0..<(world.random.chance(0.15) ? 2 : 1) {
      let late = world.random.chance(0.05) ? world.delay(1000, 40_000) : world.delay(0, 60)
      if process.isParted || world.random.chance(world.isCalm ? 0 : 0.06) { continue }
      world.agenda.after(late) { [self] in
        world.anyServer()?.receive([.report(report)]) { [self] answers in
          if process.isAlive, !process.isParted { hear(answers[0], to: report) }
        }
      }
    }
    if world.random.chance(0.03) { skip(after: report) }
    world.agenda.after(world.delay(700, 2500)) { [self] in
      if round == self.round { send(report) }
    }
  }

  /// Sends a report too early; nothing may come of it.
  private func skip(after report: Report) {
    var early = report
    early.seq += 2
    early.item = .propose(world.random.chance(0.5) ? process.end() : RunState(.running))
    world.anyServer()?.receive([.report(early)]) { _ in }
  }

  private func hear(_ answer: SimulatedServer.Answer, to report: Report) {
    if case .verdict(let given) = answer {
      world.checks.acknowledged(report, given, in: world)
    }
    guard report.seq == awaited, report.epoch == epoch, !isOver else { return }
    switch answer {
    case .nothing: finish()
    case .failure(.outOfSequence(let expected)):
      world.checks.fail(
        .inOrder, "\(runID): seq \(report.seq) is called out of sequence, not \(expected)")
    case .failure(.alreadyExists):
      world.checks.fail(.nothingDoubled, "\(runID): ALREADY_EXISTS for its own create")
    case .failure: finish()
    case .verdict(let given): obey(given, report)
    }
  }

  private func obey(_ given: SimulatedServer.Given, _ report: Report) {
    switch given.code {
    case .accepted, .replaced:
      awaited = nil
      next += 1
      if given.code == .accepted, case .propose(let state) = report.item {
        follow(state, report)
      } else if given.reason == .retry {
        tryAgain()
      }
      if !isOver { world.agenda.after(world.delay(0, 6000)) { [self] in proceed() } }
    case .wait:
      round += 1
      let round = round
      world.agenda.after(given.wait + world.delay(1, 50)) { [self] in
        if round == self.round { send(report) }
      }
    case .refused: bow(to: given.reason)
    case .fenced:
      world.checks.stopped(runID, process.execution)
      if given.reason == .claimRequired, world.random.chance(0.7) {
        claimAgain(after: given.epoch)
      } else {
        finish()
      }
    }
  }

  /// Goes on from a state that was accepted.
  private func follow(_ state: RunState, _ report: Report) {
    switch state.detail {
    case .running:
      world.checks.started(
        runID, epoch: epoch, seq: report.seq, by: process.execution, in: world)
    case .paused(let paused) where !isErratic:
      // Its process ends, or waits until it may go on.
      if paused.isSuspended { return finish() }
      script.insert(.report(.propose(RunState(.running))), at: next)
    default: break
    }
  }

  /// The attempt failed, and there will be another: here, or wherever the run is claimed.
  private func tryAgain() {
    if isErratic { return }
    guard world.database.runs[runID]?.policy.retry?.mode == .inProcess else { return finish() }
    script = [.report(.propose(RunState(.running)))] + process.ending()
    next = 0
  }

  /// Takes a refusal, which used its seq up.
  private func bow(to reason: Reason?) {
    guard epoch == world.database.runs[runID]?.epoch else { return finish() }
    if isErratic || reason == .illegalTransition || reason == .pauseResumed {
      next += 1
      world.checks.wentOn(runID, process.execution)
    } else if reason == .runCancelling || reason == .parentStopped {
      script = [.report(.propose(RunState(.cancelled)))]
      next = 0
    } else {
      return finish()
    }
    awaited = nil
    world.agenda.after(world.delay(0, 2000)) { [self] in proceed() }
  }

  /// Takes an epoch anew after its claim lapsed unnoticed.
  private func claimAgain(after current: Int64) {
    epoch = current + 1
    seq = 0
    script = [.report(.propose(RunState(.pending))), .report(.propose(RunState(.running)))]
    script += isErratic ? Array(repeating: .anything, count: 4) : process.ending()
    next = 0
    proceed()
  }

  private func finish() {
    guard !isOver else { return }
    isOver = true
    world.checks.stopped(runID, process.execution)
    let whenOver = whenOver
    self.whenOver = nil
    if process.isAlive { whenOver?() }
    // It may leave its runs in any state: nobody is there any more to end them.
    if isErratic { process.die() }
  }
}
