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
  }

  let runID: RunID
  private(set) var epoch: Int64
  private unowned let process: SimulatedProcess
  private var script: [Step]
  private var seq: Int64 = 0
  /// The seq whose answer is awaited; late answers to others are not obeyed.
  private var awaited: Int64?
  private var next = 0
  private var isOver = false
  private var whenOver: (() -> Void)?

  init(_ runID: RunID, epoch: Int64, _ script: [Step], of process: SimulatedProcess) {
    self.runID = runID
    self.epoch = epoch
    self.script = script
    self.process = process
  }

  private var world: Simulation { process.world }

  /// Does the next step.
  func proceed() {
    guard process.isAlive, !isOver, next < script.count else { return finish() }
    // A process hears of a cancel sometimes before its next report, sometimes not.
    let row = world.database.runs[runID]
    if row?.stateType == .cancelling, world.random.chance(0.6) {
      script = [.report(.propose(RunState(.cancelled)))]
      next = 0
    }
    // One that learns it was given up says that it still runs, or goes on as if nothing were.
    if row?.isPresumptive == true, row?.epoch == epoch, world.random.chance(0.4) {
      script.insert(.report(.propose(RunState(.running))), at: next)
    }
    switch script[next] {
    case .task: seeTaskThrough()
    case .report(let item):
      seq += 1
      awaited = seq
      send(
        Report(
          namespace: .standard, runID: runID, epoch: epoch, executionID: process.execution,
          seq: seq, sessionID: process.session, actor: "client", observedTime: world.agenda.now,
          item: item))
    }
  }

  private func seeTaskThrough() {
    let id = world.newID()
    let task = NewRun(kind: .task, definition: "task", parentID: runID)
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
    world.agenda.after(world.delay(700, 2500)) { [self] in send(report) }
  }

  /// Sends a report too early; nothing may come of it.
  private func skip(after report: Report) {
    var early = report
    early.seq += 2
    early.item = .propose(process.end())
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
      world.checks.fail("\(runID): seq \(report.seq) is called out of sequence, not \(expected)")
    case .failure(.alreadyExists): world.checks.fail("\(runID): ALREADY_EXISTS for its own create")
    case .failure: finish()
    case .verdict(let given): obey(given, report)
    }
  }

  private func obey(_ given: SimulatedServer.Given, _ report: Report) {
    switch given.code {
    case .accepted, .replaced:
      if case .propose(let state) = report.item, state.type == .running {
        world.checks.started(runID, epoch: epoch, by: process.execution, in: world)
      }
      awaited = nil
      next += 1
      world.agenda.after(world.delay(0, 6000)) { [self] in proceed() }
    case .wait:
      world.agenda.after(given.wait + world.delay(1, 50)) { [self] in send(report) }
    case .refused:
      let isStopping = given.reason == .runCancelling || given.reason == .parentStopped
      if given.reason == .illegalTransition, epoch == world.database.runs[runID]?.epoch {
        awaited = nil
        next += 1
        world.agenda.after(world.delay(0, 2000)) { [self] in proceed() }
      } else if isStopping, epoch == world.database.runs[runID]?.epoch {
        script = [.report(.propose(RunState(.cancelled)))]
        next = 0
        awaited = nil
        world.agenda.after(world.delay(0, 2000)) { [self] in proceed() }
      } else {
        finish()
      }
    case .fenced:
      world.checks.stopped(runID, process.execution)
      if given.reason == .claimRequired, world.random.chance(0.7) {
        claimAgain(after: given.epoch)
      } else {
        finish()
      }
    }
  }

  /// Takes an epoch anew after its claim lapsed unnoticed.
  private func claimAgain(after current: Int64) {
    epoch = current + 1
    seq = 0
    script = [
      .report(.propose(RunState(.pending))), .report(.propose(RunState(.running))),
      .report(.propose(process.end())),
    ]
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
  }
}
