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
    let id = world.newID()
    var flow = dress(NewRun(kind: .flow, definition: "flow"))
    if world.random.chance(0.1) { flow.dueTime = world.agenda.now + world.delay(0, 20_000) }
    var script: [SimulatedJob.Step] = [.report(.create(flow))]
    script += preparation()
    script.append(.report(.propose(RunState(.running))))
    for _ in 0..<Int.random(in: 0...4, using: &world.random) {
      script.append(.task)
      if world.random.chance(0.15) { script.append(.report(.propose(pause()))) }
    }
    if world.random.chance(0.2) { script.append(.report(.propose(oddity()))) }
    script += ending()
    begin(id, epoch: 1, script)
    // A second process that was started with the same orders; at most one of them gets the run.
    if world.random.chance(0.08) {
      let twin = SimulatedProcess(in: world)
      world.processes.append(twin)
      world.agenda.after(world.delay(0, 5000)) {
        if twin.isAlive { twin.begin(id, epoch: 1, script) }
      }
    }
  }

  /// Has runs of its own, one within the other, of which it says whatever comes to its mind.
  func beginErratic() {
    var parent: RunID?
    for kind in [RunKind.flow, .task] {
      let id = world.newID()
      let run = dress(NewRun(kind: kind, definition: "erratic", parentID: parent))
      world.agenda.after(world.delay(0, 8000)) { [unowned self] in
        guard isAlive else { return }
        begin(id, epoch: 1, [.report(.create(run))] + Array(repeating: .anything, count: 12))
      }
      if world.random.chance(0.7) { parent = id }
    }
  }

  /// A run with a policy, as some have.
  func dress(_ run: NewRun) -> NewRun {
    var run = run
    if world.random.chance(0.5) {
      let most = Int32.random(in: 0...3, using: &world.random)
      let delay =
        world.random.chance(0.5)
        ? RetryPolicy.Delay.listed([.seconds(1), .seconds(6)])
        : .exponential(first: .seconds(1), factor: 2, longest: .seconds(10))
      run.retry = RetryPolicy(
        maxRetries: most, delay: delay, jitter: world.random.chance(0.3) ? 0.5 : 0,
        mode: world.random.chance(0.5) ? .inProcess : .reschedule,
        retriesCrashes: world.random.chance(0.5))
    }
    if world.random.chance(0.2) { run.timeout = world.delay(2000, 30_000) }
    switch Int.random(in: 0..<4, using: &world.random) {
    case 0: run.loss = .rerun(atMost: Int32.random(in: 1...2, using: &world.random))
    case 1: run.loss = .wait
    default: break
    }
    return run
  }

  /// A pause that waits, or lets the run go.
  private func pause() -> RunState {
    let until = world.random.chance(0.3) ? world.agenda.now + world.delay(1000, 60_000) : nil
    return RunState(
      .paused(
        RunState.Paused(
          until: until, key: ["", "a", "b"].randomElement(using: &world.random) ?? "",
          isSuspended: world.random.chance(0.5))))
  }

  /// Any state at all.
  func anything() -> RunState {
    switch Int.random(in: 0..<14, using: &world.random) {
    case 0:
      RunState(
        .scheduled(
          RunState.Scheduled(
            dueTime: world.random.chance(0.5) ? world.agenda.now + world.delay(0, 8000) : nil)))
    case 1: RunState(.pending, name: world.random.chance(0.5) ? "Preparing" : "")
    case 2, 3, 4, 5, 6: RunState(.running, name: world.random.chance(0.3) ? "Working" : "")
    case 7, 8: pause()
    case 9: RunState(.cancelling(deadline: nil))
    default: end()
    }
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
      let parent =
        world.random.chance(0.5)
        ? world.database.runs.keys.sorted().randomElement(using: &world.random) : nil
      let run = dress(
        NewRun(
          kind: world.random.chance(0.5) ? .flow : .task, definition: "scheduled",
          parentID: parent, dueTime: due))
      var report = Report(
        namespace: .standard, runID: world.newID(), actor: "client", item: .create(run))
      for index in 0..<Int.random(in: 1...3, using: &world.random) {
        // The same id again for something else.
        if index > 0, world.random.chance(0.1) {
          var other = run
          other.definition = "other"
          report.item = .create(other)
        }
        let report = report
        world.agenda.after(world.delay(0, 900)) { [unowned self] in
          world.anyServer()?.receive([.report(report)]) { _ in }
        }
      }
    }
  }

  /// Claims an unowned run, on a list that may be out of date by then.
  func claimAny() {
    let takesPaused = world.random.chance(0.2)
    let waiting = world.database.runs.values.filter {
      $0.stateType == .scheduled || (takesPaused && $0.stateType == .paused)
    }.sorted { $0.id < $1.id }
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
    switch Int.random(in: 0..<8, using: &world.random) {
    case 0, 1:
      RunState(
        .failed(
          RunState.Failed(
            errorType: "ValueError", retriable: world.random.chance(0.2) ? false : nil)))
    case 2: RunState(.crashed(RunState.Crashed(exitCode: 137)))
    case 3: RunState(.cancelled)
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
