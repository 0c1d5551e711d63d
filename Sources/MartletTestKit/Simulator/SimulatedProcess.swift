// Decides what a simulated process does: it heartbeats, reports its runs in order, repeats what was not
// answered, and starts user code only on the word of the server. It may die or lose the network.

import MartletModel

/// A process of a client, with one execution id and one session.
final class SimulatedProcess {
  let execution: ExecutionID
  let session: SessionID
  private(set) var isAlive = true
  /// Whether it never died nor lost the network, so that nothing may crash its runs.
  private(set) var isHealthy = true
  unowned let world: Simulation
  private var partedUntil = Instant.epoch
  private var jobs: [SimulatedJob] = []

  init(in world: Simulation) {
    self.world = world
    execution = ExecutionID(high: world.random.next(), low: world.random.next())
    session = SessionID(high: world.random.next(), low: world.random.next())
    // The session opens with the process; its lease begins when the server has written it.
    world.database.leases[session] = world.agenda.now + Simulation.lease
    world.checks.sessions[session] = self
    heartbeat()
  }

  /// Whether messages pass.
  var isParted: Bool { world.agenda.now < partedUntil }

  func die() {
    isAlive = false
    isHealthy = false
    world.checks.stopped(execution)
  }

  func part(for length: Interval) {
    isHealthy = false
    partedUntil = max(partedUntil, world.agenda.now + length)
  }

  /// Runs a flow of its own, with tasks.
  func beginFlow() {
    let flow = NewRun(kind: .flow, definition: "flow")
    var script: [SimulatedJob.Step] = [.report(.create(flow))]
    script += preparation()
    script.append(.report(.propose(RunState(.running))))
    for _ in 0..<Int.random(in: 0...4, using: &world.random) { script.append(.task) }
    if world.random.chance(0.2) { script.append(.report(.propose(oddity()))) }
    script += ending()
    begin(world.newID(), epoch: 1, script)
  }

  /// What some processes report before they start.
  private func preparation() -> [SimulatedJob.Step] {
    switch Int.random(in: 0..<10, using: &world.random) {
    case 0: [.report(.propose(RunState(.pending, name: "Preparing")))]
    case 1: [.report(.propose(RunState(.scheduled(RunState.Scheduled()))))]
    case 2: [.report(.propose(oddity()))]
    default: []
    }
  }

  /// A state that is refused where the script has it, or that renames.
  private func oddity() -> RunState {
    switch Int.random(in: 0..<5, using: &world.random) {
    case 0: RunState(.paused(RunState.Paused()))
    case 1: RunState(.pending)
    case 2: RunState(.running, name: "SecondHalf")
    case 3: RunState(.cancelling(deadline: nil))
    default: RunState(.running)
    }
  }

  /// How a run ends; some processes say one word too many.
  func ending() -> [SimulatedJob.Step] {
    var steps: [SimulatedJob.Step] = [.report(.propose(end()))]
    if world.random.chance(0.1) { steps.append(.report(.propose(end()))) }
    return steps
  }

  /// Creates runs for others to claim, some due later; creates one twice.
  func createUnowned() {
    for _ in 0..<3 {
      let due = world.random.chance(0.3) ? world.agenda.now + world.delay(0, 20_000) : nil
      let run = NewRun(kind: .flow, definition: "scheduled", dueTime: due)
      let report = Report(
        namespace: .standard, runID: world.newID(), actor: "client", item: .create(run))
      for _ in 0..<Int.random(in: 1...3, using: &world.random) {
        world.agenda.after(world.delay(0, 900)) { [unowned self] in
          world.anyServer()?.receive([.report(report)]) { _ in }
        }
      }
    }
  }

  /// Claims an unowned run, on a list that may be out of date by then.
  func claimAny() {
    let waiting = world.database.runs.values.filter { $0.stateType == .scheduled }
      .sorted { $0.id < $1.id }
    guard let run = waiting.randomElement(using: &world.random) else {
      if !world.isCalm {
        world.agenda.after(world.delay(500, 3000)) { [unowned self] in claimAny() }
      }
      return
    }
    var script: [SimulatedJob.Step] = []
    if world.random.chance(0.5) { script.append(.report(.propose(RunState(.pending)))) }
    script.append(.report(.propose(RunState(.running))))
    script += ending()
    world.agenda.after(world.delay(0, 2000)) { [unowned self] in
      guard isAlive else { return }
      // Some claim without looking at the state, with the epoch that would be next.
      let isRude = world.random.chance(0.2)
      let seen = isRude ? world.database.runs[run.id] ?? run : run
      begin(run.id, epoch: seen.epoch + 1, script)
    }
  }

  /// Starts an offered run.
  func bind(_ offer: Offer) {
    let script: [SimulatedJob.Step] = [.report(.propose(RunState(.running)))] + ending()
    world.agenda.after(world.delay(0, 2500)) { [unowned self] in
      if isAlive { begin(offer.runID, epoch: offer.epoch, script) }
    }
  }

  func begin(_ id: RunID, epoch: Int64, _ script: [SimulatedJob.Step]) {
    let job = SimulatedJob(id, epoch: epoch, script, of: self)
    jobs.append(job)
    job.proceed()
  }

  /// A way for a run to end.
  func end() -> RunState {
    switch Int.random(in: 0..<7, using: &world.random) {
    case 0: RunState(.failed(RunState.Failed(errorType: "ValueError")))
    case 1: RunState(.crashed(RunState.Crashed(exitCode: 137)))
    case 2: RunState(.cancelled)
    default: RunState(.completed(RunState.Completed()))
    }
  }

  private func heartbeat() {
    var isAcknowledged = false
    if !isParted, let server = world.anyServer() {
      server.heartbeat(session) { isAcknowledged = true }
    }
    world.agenda.after(isAcknowledged ? .seconds(8) : .seconds(1)) { [unowned self] in
      if isAlive { heartbeat() }
    }
  }
}
