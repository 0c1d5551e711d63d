// Decides what a simulated teller does: it decides itself what its runs do, tells of it later, in any order and more than
// once, until it is answered, and sometimes tells of runs that are not its own.

import MartletModel

/// A program that tells of runs when their states are over.
final class SimulatedTeller {
  private unowned let world: Simulation
  private let execution: ExecutionID

  init(in world: Simulation) {
    self.world = world
    execution = ExecutionID(high: world.random.next(), low: world.random.next())
  }

  /// Has a run begin now, below another one or not, and go on to its end.
  func begin() {
    let parent =
      world.random.chance(0.7)
      ? world.database.runs.keys.sorted().randomElement(using: &world.random) : nil
    let run = NewRun(
      kind: world.random.chance(0.3) ? .flow : .task, definition: "told", parentID: parent,
      createdBy: HistoryChecker.teller)
    // Now and then of a run that is somebody else's, or nobody's.
    let other = world.database.runs.keys.sorted().randomElement(using: &world.random)
    let id = world.random.chance(0.15) ? other ?? world.newID() : world.newID()
    var states: [RunState.Detail] = [.pending, .running]
    if world.random.chance(0.3) {
      states += [.failed(RunState.Failed()), .scheduled(RunState.Scheduled()), .running]
    }
    states.append(
      [.completed(RunState.Completed()), .failed(RunState.Failed()), .cancelled]
        .randomElement(using: &world.random) ?? .cancelled)
    var time = world.agenda.now
    for state in states {
      time = time + world.delay(0, 4000)
      tell(RunState(state), of: id, run, at: time)
    }
  }

  private func tell(_ state: RunState, of id: RunID, _ run: NewRun, at time: Instant) {
    let tale = Report.Tale(
      id: UUIDValue(high: world.random.next(), low: world.random.next()), run: run, state: state)
    let report = Report(
      namespace: .standard, runID: id, executionID: execution, actor: HistoryChecker.teller,
      observedTime: time, item: .tell(tale))
    // As it happens, or when there is time for it; some twice at once.
    let late = world.random.chance(0.2) ? world.delay(0, 40_000) : world.delay(0, 300)
    for _ in 0..<(world.random.chance(0.1) ? 2 : 1) {
      world.agenda.after(world.agenda.now.distance(to: time) + late) { [self] in say(report) }
    }
  }

  /// Says it again and again until it is answered.
  private func say(_ report: Report) {
    var isAnswered = false
    world.anyServer()?.receive([.report(report)]) { [self] answers in
      isAnswered = true
      world.checks.heard(of: report, answers[0], in: world)
    }
    world.agenda.after(world.delay(1000, 4000)) { [self] in if !isAnswered { say(report) } }
  }
}
