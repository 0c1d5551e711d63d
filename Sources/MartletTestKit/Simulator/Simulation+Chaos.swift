// Decides what goes wrong: servers and processes die, the database is away, networks part; and what
// dispatchers do meanwhile.

import MartletModel

extension Simulation {
  /// Starts a process some time, of some sort.
  func spawnLater(within span: Interval) {
    agenda.after(delay(0, span.microseconds / 1500)) { [unowned self] in
      let process = SimulatedProcess(in: self)
      processes.append(process)
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1, 2: process.beginFlow()
      case 3, 4: process.beginErratic()
      case 5: process.createUnowned()
      default: process.claimAny()
      }
    }
  }

  /// Has tellers tell of runs now and then, in every other world.
  func beginTellers() {
    agenda.after(delay(1000, 12_000)) { [unowned self] in
      guard !isCalm else { return }
      SimulatedTeller(in: self).begin()
      beginTellers()
    }
  }

  /// Offers unowned runs to workers, of which one or two start processes; withdraws some offers. In a quarter of
  /// the worlds it says of some runs that their deployment is full, sometimes when that is long over.
  func beginDispatcher() {
    agenda.after(delay(200, 3000)) { [unowned self] in
      if !isCalm { beginDispatcher() }
      let waiting = database.runs.values.filter { run in
        run.stateType == .scheduled || (run.stateType == .paused && random.chance(0.05))
      }.map(\.id).sorted()
      guard let id = waiting.randomElement(using: &random) else { return }
      if seed % 4 == 0, random.chance(0.25) {
        anyServer()?.receive([.hold(id)]) { _ in }
        agenda.after(delay(0, 20_000)) { [unowned self] in
          anyServer()?.receive([.hold(id)]) { _ in }
        }
      }
      let worker = SimulatedProcess(in: self)
      processes.append(worker)
      anyServer()?.receive([.offer(Offer(runID: id, sessionID: worker.session))]) {
        [unowned self] answers in
        guard case .verdict(let answer) = answers[0], answer.code == .accepted else { return }
        let offer = Offer(runID: id, sessionID: worker.session, epoch: answer.epoch)
        if random.chance(0.7) { worker.bind(offer) }
        if random.chance(0.4) {
          let twin = SimulatedProcess(in: self)
          processes.append(twin)
          twin.bind(offer)
        }
        // Some are withdrawn while they are taken up; the reaper withdraws what is forgotten.
        guard random.chance(0.3) else { return }
        agenda.after(delay(50, 4000)) { [unowned self] in
          anyServer()?.receive([.withdrawOffer(offer)]) { _ in }
        }
      }
    }
  }

  /// Breaks one thing after the other.
  func beginChaos() {
    agenda.after(delay(300, 6000)) { [unowned self] in
      guard !isCalm else { return }
      beginChaos()
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1, 2: servers.randomElement(using: &random)?.crash(for: delay(10, 4000))
      case 3: beginOutage(delay(100, 60_000))
      case 4, 5: processes.filter(\.isAlive).randomElement(using: &random)?.die()
      case 6, 7, 8:
        processes.filter(\.isAlive).randomElement(using: &random)?.part(for: delay(500, 90_000))
      default: spawnLater(within: .seconds(1))
      }
    }
  }

  /// Takes the database away; leases do not run meanwhile.
  private func beginOutage(_ length: Interval) {
    guard outageEnd == nil else { return }
    let begin = agenda.now
    outageEnd = begin + length
    for server in servers { server.loseDatabase() }
    agenda.after(length) { [unowned self] in
      outageEnd = nil
      let lost = begin.distance(to: agenda.now)
      for (session, end) in database.leases where end > begin {
        database.leases[session] = end + lost
      }
    }
  }
}
