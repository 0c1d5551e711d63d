// Decides what a simulated server does about limits: requests, grants and lapses, each a transaction between whose steps
// it may die.

import MartletModel

/// A replica of the world of limits.
final class LimitServer {
  enum Answer { case granted, waits, ended }

  let index: Int
  private(set) var isUp = true
  private unowned let world: LimitWorld
  private var life = 0
  private var isBusy = false
  private var queue: [() -> Void] = []

  init(_ index: Int, in world: LimitWorld) {
    self.index = index
    self.world = world
  }

  func start() {
    grantLater()
    lapseLater()
  }

  /// Dies, and comes back with nothing in memory.
  func crash(for length: Interval) {
    guard isUp else { return }
    isUp = false
    loseTransaction()
    queue = []
    world.agenda.after(length) { [unowned self] in
      isUp = true
      start()
    }
  }

  /// What it had begun is rolled back; nobody hears of it.
  func loseTransaction() {
    life += 1
    isBusy = false
    world.tables.unlock(index)
    if isUp { start() }
  }

  /// Asks for slots, or whether they were granted.
  func acquire(
    _ id: LeaseID, _ wants: [SlotWant], ttl: Interval, waits: Bool,
    reply: @escaping (Answer) -> Void
  ) {
    transact(wants.map(\.limit)) { [unowned self] now in
      switch world.tables.leases[id]?.state {
      case .held, .waiting:
        world.tables.keep(id, now: now)
        return world.tables.leases[id]?.state == .held ? .granted : .waits
      case .released, .lapsed: return .ended
      case nil: break
      }
      let occupancies = world.tables.occupancies(wants.map(\.limit), now: now)
      var lines: [LimitID: Int] = [:]
      for want in wants where world.sabotage != .newcomersFirst {
        lines[want.limit] = world.tables.line(want.limit).count(where: world.tables.canBeServed)
      }
      switch LimitAdmission.decide(wants, limits: occupancies, lines: lines, now: now) {
      case .granted(let holds):
        world.checker.grant(id, wants, number: nil, world.tables, now: now)
        world.tables.insert(id, wants, holds: holds, ttl: ttl, now: now)
        world.checker.checkSlots(world.tables, wants)
        return .granted
      case .tooMany: return .ended
      case .full:
        guard waits else { return .ended }
        world.tables.insert(id, wants, holds: nil, ttl: ttl, now: now)
        return .waits
      }
    } reply: {
      reply($0)
    }
  }

  /// Makes a lease last for another term; false when it has ended.
  func renew(_ id: LeaseID, reply: @escaping (Bool) -> Void) {
    transact([]) { [unowned self] now in
      guard world.tables.leases[id]?.state == .held else { return .ended }
      world.tables.keep(id, now: now)
      return .granted
    } reply: {
      reply($0 == .granted)
    }
  }

  /// Gives slots back, or leaves the line.
  func release(_ id: LeaseID, reply: @escaping () -> Void) {
    transact([]) { [unowned self] _ in
      world.tables.end(id, as: .released, marks: world.sabotage != .leavesNoMark)
      return .ended
    } reply: { _ in
      reply()
    }
  }

  /// Does a transaction: its locks, later its writes, later its answer, which may be lost.
  private func transact(
    _ limits: [LimitID], _ body: @escaping (Instant) -> Answer, reply: @escaping (Answer) -> Void
  ) {
    guard isUp else { return }
    queue.append { [unowned self] in
      lock(limits.sorted()) { [unowned self] in
        let answer = body(world.agenda.now)
        finish()
        if world.isCalm || !world.random.chance(0.05) {
          world.agenda.after(world.delay(0, 60)) { reply(answer) }
        }
      }
    }
    pump()
  }

  private func pump() {
    guard isUp, !isBusy, !queue.isEmpty else { return }
    isBusy = true
    let next = queue.removeFirst()
    next()
  }

  private func finish() {
    world.tables.unlock(index)
    isBusy = false
    later(0, 5) { [unowned self] in pump() }
  }

  private func lock(_ limits: [LimitID], _ body: @escaping () -> Void) {
    guard world.tables.lock(limits, by: index) else {
      return later(1, 15) { [unowned self] in lock(limits, body) }
    }
    later(0, 40, body)
  }

  private func later(_ least: Int64, _ most: Int64, _ action: @escaping () -> Void) {
    let life = life
    world.agenda.after(world.delay(least, most)) { [unowned self] in
      if life == self.life { action() }
    }
  }

  private func grantLater() {
    later(5, 400) { [unowned self] in
      grantLater()
      guard let term = world.tables.takeGranter(index, now: world.agenda.now) else { return }
      // What it believes to have may be another's by the time it looks.
      later(0, world.random.chance(0.1) ? 7000 : 50) { [unowned self] in
        queue.append { [unowned self] in serve(term) }
        pump()
      }
    }
  }

  private func serve(_ term: Int64) {
    let limits = world.tables.near(world.tables.marked(now: world.agenda.now))
    let heeded = Array(world.tables.marks.keys)
    guard !limits.isEmpty else { return finish() }
    lock(limits) { [unowned self] in
      if let granter = world.tables.granter, granter.server == index, granter.term == term {
        look(at: limits, heeded)
      }
      finish()
    }
  }

  /// Serves whom it can of the lines of some locked limits.
  private func look(at marked: [LimitID], _ heeded: [Int]) {
    let now = world.agenda.now
    var waiters: [LeaseID: LimitLine.Waiter] = [:]
    var ends: [LimitID: Int64] = [:]
    for limit in marked {
      let line = world.tables.line(limit)
      let seen = line.prefix(LimitWorld.depth)
      for lease in seen {
        waiters[lease.id] = LimitLine.Waiter(
          id: lease.id, number: sign(lease.number), wants: lease.wants)
      }
      if line.count > seen.count, let last = seen.last { ends[limit] = last.number }
    }
    var limits = Array(world.tables.occupancies(marked, now: now).values)
    if world.sabotage == .forgetsHolds {
      for index in limits.indices { limits[index].held = 0 }
    }
    if world.sabotage == .lastComeFirst { ends = [:] }
    var line = LimitLine(limits: limits, waiters: Array(waiters.values), ends: ends)
    let round = line.serve(at: now)
    for grant in round.grants {
      guard let lease = world.tables.leases[grant.id] else { continue }
      world.checker.grant(
        grant.id, lease.wants, number: lease.number, world.tables, now: now)
      world.tables.grant(grant.id, grant.holds, now: now)
      world.checker.checkSlots(world.tables, lease.wants)
    }
    for id in waiters.keys { world.tables.setDue(id, round.due[id]) }
    world.tables.unmark(heeded)
    if round.hasMore { world.tables.mark(marked) }
  }

  private func sign(_ number: Int64) -> Int64 {
    world.sabotage == .lastComeFirst ? -number : number
  }

  private func lapseLater() {
    later(100, 1500) { [unowned self] in
      lapseLater()
      guard world.sabotage != .keepsLapsed else { return }
      let now = world.agenda.now
      let lapsed = world.tables.leases.values.filter {
        ($0.state == .held || $0.state == .waiting) && $0.expiry < now
      }
      for lease in lapsed.sorted(by: { $0.id < $1.id }) {
        world.tables.end(lease.id, as: .lapsed)
        world.checker.lapsed += 1
      }
    }
  }
}
