// Decides what a simulated server does: it batches what waits, locks, decides, commits, answers; and it
// reaps. It may die between any two of these.

import MartletModel

/// A replica: one writer and one reaper over the shared database.
final class SimulatedServer {
  /// How a command was answered.
  enum Answer {
    /// By a verdict, fresh or stored.
    case verdict(Given)
    /// The run exists just so, or nothing was to be done.
    case nothing
    /// By an error.
    case failure(CommandError)
  }

  /// A verdict as a client gets it.
  struct Given {
    let code: Verdict.Code
    let reason: Reason?
    let wait: Interval
    let epoch: Int64
    let revision: Int64
  }

  private struct Ticket {
    let commands: [Command]
    let reply: ([Answer]) -> Void
  }

  let index: Int
  private(set) var isUp = true
  private unowned let world: Simulation
  private var queue: [Ticket] = []
  private var isBusy = false
  /// Raised when the server dies: what it was about to do is not done.
  private var life = 0
  /// Raised when it dies or loses the database: its transaction is not done.
  private var connection = 0

  init(_ index: Int, in world: Simulation) {
    self.index = index
    self.world = world
  }

  func start() { reapLater() }

  /// Takes commands that are decided in order, in one batch; the reply may be lost.
  func receive(_ commands: [Command], reply: @escaping ([Answer]) -> Void) {
    guard isUp else { return }
    queue.append(Ticket(commands: commands, reply: reply))
    pump()
  }

  /// Renews a lease; the reply comes only when it is written.
  func heartbeat(_ session: SessionID, reply: () -> Void) {
    guard isUp, world.outageEnd == nil else { return }
    world.database.leases[session] = world.agenda.now + Simulation.lease
    reply()
  }

  /// Dies, and comes back later with nothing in memory.
  func crash(for length: Interval) {
    guard isUp else { return }
    isUp = false
    life += 1
    loseDatabase()
    queue = []
    world.agenda.after(length) { [unowned self] in
      isUp = true
      reapLater()
    }
  }

  /// Loses the connection: the open transaction is rolled back, its callers hear nothing.
  func loseDatabase() {
    connection += 1
    isBusy = false
    world.database.unlock(index)
  }

  /// Does something later, in the same life and on the same connection.
  private func later(_ least: Int64, _ most: Int64, _ action: @escaping () -> Void) {
    let connection = connection
    world.agenda.after(world.delay(least, most)) { [unowned self] in
      if connection == self.connection { action() }
    }
  }

  private func pump() {
    guard isUp, !isBusy, !queue.isEmpty else { return }
    guard world.outageEnd == nil else {
      queue = []
      return
    }
    isBusy = true
    let count = Int.random(in: 1...16, using: &world.random)
    let batch = Array(queue.prefix(count))
    queue.removeFirst(batch.count)
    lock(batch)
  }

  private func lock(_ batch: [Ticket]) {
    let commands = batch.flatMap(\.commands)
    guard let rows = world.database.lock(TransitionBatch.keys(of: commands), by: index) else {
      later(1, 20) { [unowned self] in lock(batch) }
      return
    }
    // The database's clock may step back a little.
    let step = world.random.chance(0.1) ? world.delay(0, 200) : .zero
    let now = world.agenda.now + Interval(microseconds: -step.microseconds)
    later(0, 60) { [unowned self] in write(batch, commands, rows, now) }
  }

  private func write(
    _ batch: [Ticket], _ commands: [Command], _ rows: [RunSnapshot], _ now: Instant
  ) {
    let plan = TransitionBatch.decide(
      commands, runs: rows, now: now, told: world.database.told(commands), machine: world.machine)
    let before = world.database.runs
    do {
      try world.database.commit(plan)
    } catch {
      switch error {
      case .uniqueViolation:
        world.database.unlock(index)
        later(0, 10) { [unowned self] in lock(batch) }
      case .broken(let problem): world.checks.fail(.nothingDoubled, problem)
      }
      return
    }
    world.database.unlock(index)
    for result in plan.results { world.rules[result.rule, default: 0] += 1 }
    world.checks.checkCommit(
      plan, commands: commands, read: rows, before: before, in: world)
    var answers = zip(commands, plan.results).map { answer(to: $0, $1) }[...]
    isBusy = false
    for ticket in batch {
      let own = Array(answers.prefix(ticket.commands.count))
      answers = answers.dropFirst(ticket.commands.count)
      if world.isCalm || !world.random.chance(0.08) {
        later(0, 80) { ticket.reply(own) }
      }
    }
    pump()
  }

  private func answer(to command: Command, _ result: CommandResult) -> Answer {
    switch result.outcome {
    case .verdict(let verdict):
      var wait = Interval.zero
      if case .wait(let interval, _) = verdict { wait = interval }
      return .verdict(
        Given(
          code: verdict.code, reason: verdict.reason, wait: wait, epoch: result.epoch,
          revision: result.revision))
    case .duplicate(let epoch, let seq):
      let key = SimulatedDatabase.SeqKey(runID: command.runID, epoch: epoch, seq: seq)
      guard let stored = world.database.verdicts[key] else {
        world.checks.fail(
          .nothingLost, "\(key) is answered as a duplicate, but no verdict is kept")
        return .nothing
      }
      return .verdict(
        Given(
          code: stored.code, reason: stored.reason, wait: .zero, epoch: epoch,
          revision: result.revision))
    case .existing, .unchanged: return .nothing
    case .failure(let error): return .failure(error)
    }
  }

  /// Reaps as it sees the tables; what it asks for may be out of date when it is decided.
  private func reapLater() {
    let life = life
    world.agenda.after(world.delay(0, Simulation.reapInterval.microseconds / 1000)) {
      [unowned self] in
      guard life == self.life else { return }
      if world.outageEnd == nil { reap() }
      reapLater()
    }
  }

  private func reap() {
    let now = world.agenda.now
    let database = world.database
    var commands: [Command] = []
    for claim in database.claims.sorted(by: { $0.runID < $1.runID })
    where (database.leases[claim.sessionID] ?? .epoch) < now {
      commands.append(
        .sessionLapsed(SessionLapse(runID: claim.runID, sessionID: claim.sessionID)))
    }
    for due in database.due.values.sorted(by: { $0.runID < $1.runID }) where due.time <= now {
      commands.append(.dueTimePassed(due.runID))
    }
    for run in database.runs.values.sorted(by: { $0.id < $1.id })
    where run.stateType == .pending && run.executionID == nil
      && run.transitionTime + Simulation.offerTime < now
    {
      commands.append(
        .withdrawOffer(Offer(runID: run.id, sessionID: run.sessionID, epoch: run.epoch)))
    }
    if !commands.isEmpty {
      later(0, 500) { [unowned self] in receive(commands) { _ in } }
      // A pass that is carried out far too late must do no harm.
      if world.random.chance(0.2) {
        later(500, 20_000) { [unowned self] in receive(commands) { _ in } }
      }
    }
    takeCascades()
  }

  /// Takes the cascades that nobody has.
  private func takeCascades() {
    for (run, cascade) in world.database.cascades.sorted(by: { $0.key < $1.key })
    where cascade.heldUntil < world.agenda.now {
      let hold = world.agenda.now + Simulation.hold
      world.database.cascades[run]?.heldUntil = hold
      carry(run, heldUntil: hold)
    }
  }

  /// Asks the next children of a stopped run to stop; a server that dies leaves the rest to another.
  private func carry(_ run: RunID, heldUntil hold: Instant) {
    guard let cascade = world.database.cascades[run], cascade.heldUntil == hold else { return }
    let children = world.database.children[run, default: []].sorted().filter {
      $0 > cascade.after ?? RunID(high: 0, low: 0)
        && world.database.runs[$0]?.stateType.isTerminal == false
    }.prefix(Simulation.cascadeChunk)
    let isLast = children.count < Simulation.cascadeChunk
    let cancels = children.map {
      Command.cancel(
        Cancellation(
          namespace: cascade.namespace, runID: $0, actor: cascade.actor, bound: cascade.bound,
          isForParent: true))
    }
    let advance: () -> Void = { [unowned self] in
      // Asked again, or taken by another, meanwhile.
      guard world.outageEnd == nil, world.database.cascades[run]?.heldUntil == hold else { return }
      if isLast {
        world.database.cascades[run] = nil
      } else {
        world.database.cascades[run]?.after = children.last
        later(0, 100) { [unowned self] in carry(run, heldUntil: hold) }
      }
    }
    if cancels.isEmpty { return advance() }
    let life = life
    receive(cancels) { [unowned self] _ in if life == self.life { advance() } }
  }
}
