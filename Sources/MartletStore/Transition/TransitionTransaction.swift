// Decides one transaction of a batch that takes nothing for granted: two round trips, locks in one order, nothing
// written in vain.

import MartletModel
import MartletPostgres

/// One attempt to commit a list of commands.
struct TransitionTransaction {
  let commands: [Command]
  let knowledge: WriterKnowledge
  /// What the limits said of runs that would start.
  var standings: [RunID: SlotStanding] = [:]

  /// What an attempt came to.
  struct Outcome {
    var answers: [CommandAnswer]
    /// What was changed that somebody may wait for.
    var effects: CommitEffects
    /// What the limits are to be asked, before the commands at these places are put again.
    var slotRequests: [RunSlotRequest] = []
    var undecided: [Int] = []

    init(_ plan: TransitionPlan, answers: [CommandAnswer]) {
      self.answers = answers
      effects = CommitEffects(plan)
      slotRequests = plan.slotRequests
      undecided = plan.undecided
    }
  }

  /// What a decision rests on beside the runs.
  var gate: SlotGate {
    SlotGate(tagLimits: knowledge.tagLimits.withLock { $0.current }, standings: standings)
  }

  /// Decides, writes, commits.
  /// - Throws: `PostgresError`; nothing is written then, unless its `outcomeUnknown` says so.
  func run(on connection: PostgresConnection) throws -> Outcome {
    let keys = TransitionBatch.keys(of: commands)
    if standings.isEmpty, let outcome = try runByMemory(keys, on: connection) { return outcome }
    do {
      return try runUnderLocks(keys, on: connection)
    } catch {
      knowledge.memory.withLock { $0.forget(keys) }
      throw error
    }
  }

  /// Locks, decides, writes, commits.
  private func runUnderLocks(
    _ keys: TransitionBatch.Keys, on connection: PostgresConnection
  ) throws -> Outcome {
    try connection.pipeline { pipeline in
      knowledge.count(.locks)
      let sent = DatabaseClock.steady
      try pipeline.begin()
      let locked = try lock(keys, on: pipeline)
      let received = DatabaseClock.steady
      knowledge.clock.withLock { $0.observe(locked.now, sent: sent, received: received) }
      let plan = TransitionBatch.decide(
        commands, runs: locked.runs, now: locked.now, timing: knowledge.timing, gate: locked.gate,
        told: locked.told)
      let answers = try answer(plan, on: pipeline)
      let writes = BatchWrites(plan: plan, commands: commands, locked: locked)
      guard writes.isNeeded else {
        try pipeline.rollback()
        try pipeline.finish()
        return Outcome(plan, answers: answers)
      }
      let flows = knowledge.flows.unknown(writes.flows, now: locked.now)
      _ = try writes.send(flows: flows, tolerance: nil, on: pipeline)
      try pipeline.commit()
      try pipeline.finish()
      knowledge.flows.remember(flows, now: locked.now)
      knowledge.memory.withLock {
        $0.remember(locked.runs)
        $0.remember(plan.inserts.map(\.state) + plan.updates.map(\.state))
      }
      return Outcome(plan, answers: answers)
    }
  }

  /// Locks runs and named parents in one sorted set; reads the other parents of runs that may start.
  private func lock(
    _ keys: TransitionBatch.Keys, on pipeline: borrowing Pipeline
  ) throws -> LockedRuns {
    var set = keys.runs.map { (id: $0, writes: true) }
    set += keys.parents.map { (id: $0, writes: false) }
    if !keys.parents.isEmpty { set.sort { $0.id < $1.id } }
    let locks = try pipeline.execute(SQL.lockRuns, rows: set.count) {
      $0.bindArray(count: set.count) { set[$0].id }
      $0.bindArray(count: set.count) { set[$0].writes }
    }
    let starting = commands.compactMap(\.starts)
    let parents =
      starting.isEmpty
      ? nil : try pipeline.execute(SQL.readParents) { $0.bindArray(starting) }
    let leases = try lockLeases(on: pipeline)
    let tales = commands.compactMap(\.toldKey)
    let told =
      tales.isEmpty
      ? nil
      : try pipeline.execute(SQL.findTold) {
        $0.bindArray(tales.map(\.runID))
        $0.bindArray(tales.map(\.id))
      }
    // The Sync puts Postgres's own time-outs in force while this side decides.
    try pipeline.sync()
    var locked = LockedRuns(gate: gate)
    locked.runs.reserveCapacity(set.count + 8)
    try pipeline.receive(locks).forEach { row throws(PostgresError) in try locked.add(row) }
    if let parents {
      try pipeline.receive(parents).forEach { row throws(PostgresError) in
        let parent = try RunSnapshot(row)
        if !keys.contains(parent.id) { locked.runs.append(parent) }
      }
    }
    if let leases {
      let there = Set(
        try pipeline.receive(leases).map { row throws(PostgresError) in
          try row.get(0, as: LeaseID.self)
        })
      // One that lapsed meanwhile is asked for again.
      locked.gate.standings = standings.filter {
        if case .ready(let lease?) = $0.value { there.contains(lease) } else { true }
      }
    }
    if let told {
      try pipeline.receive(told).forEach { row throws(PostgresError) in
        locked.told.insert(ToldKey(runID: try row.get(0), id: try row.get(1)))
      }
    }
    return locked
  }

  /// Locks the leases that starts rest on.
  private func lockLeases(on pipeline: borrowing Pipeline) throws -> Pipeline.Ticket? {
    let leases = standings.values.compactMap { standing -> LeaseID? in
      if case .ready(let lease) = standing { lease } else { nil }
    }.sorted()
    if leases.isEmpty { return nil }
    return try pipeline.execute(SQL.lockRunLeases) { $0.bindArray(leases) }
  }

  /// Turns results into answers; looks up those that were given in earlier transactions.
  private func answer(
    _ plan: TransitionPlan, on pipeline: borrowing Pipeline
  ) throws -> [CommandAnswer] {
    var answers = plan.results.map { CommandAnswer($0, in: plan) }
    var open: [(index: Int, run: RunID, epoch: Int64, seq: Int64)] = []
    for (index, result) in plan.results.enumerated() {
      guard case .duplicate(let epoch, let seq) = result.outcome else { continue }
      let run = commands[index].runID
      if let verdict = plan.answered(run, epoch: epoch, seq: seq) {
        answers[index].take(verdict)
      } else {
        open.append((index, run, epoch, seq))
      }
    }
    guard !open.isEmpty else { return answers }
    let rows = try pipeline.query(SQL.readAnsweredSeqs) {
      $0.bindArray(count: open.count) { open[$0].run }
      $0.bindArray(count: open.count) { open[$0].epoch }
      $0.bindArray(count: open.count) { open[$0].seq }
    }
    try rows.forEach { row throws in
      let item = open[Int(try row.get(0, as: Int64.self))]
      answers[item.index].take(try AnsweredSeq(row))
    }
    return answers
  }
}

/// The rows a batch locked, and the time when it had them all.
struct LockedRuns {
  var runs: [RunSnapshot] = []
  var now = Instant.epoch
  var gate: SlotGate
  /// What of that which the commands tell was told before.
  var told: Set<ToldKey> = []

  init(runs: [RunSnapshot] = [], now: Instant = .epoch, gate: SlotGate = SlotGate()) {
    self.runs = runs
    self.now = now
    self.gate = gate
  }

  /// Adds a row of `lock_runs`; the run may not exist.
  mutating func add(_ row: borrowing PostgresRow) throws(PostgresError) {
    if !row.isNull(0) { runs.append(try RunSnapshot(row)) }
    now = max(now, try row.get(22))
  }
}

extension RunSnapshot {
  /// Reads the columns of `lock_runs` and `read_parents`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    self.init(
      id: try row.get(0), namespace: try row.get(1), kind: try row.get(2),
      parentID: try row.optional(3), rootID: try row.get(4), contentDigest: try row.get(5),
      stateType: try row.get(6), stateName: try row.get(7), epoch: try row.get(8),
      executionID: try row.optional(9), sessionID: try row.optional(10), lastSeq: try row.get(11),
      revision: try row.get(12), attempt: try row.get(13), startTime: try row.optional(14),
      endTime: try row.optional(15), transitionTime: try row.get(16),
      runningTime: try row.get(17), isPresumptive: try row.get(18), dueTime: try row.optional(19),
      policy: try RunPolicy(row.optional(20)), tally: try RunTally(row.optional(21)))
  }
}

extension TransitionBatch.Keys {
  /// Whether a run is among those that are locked.
  fileprivate func contains(_ run: RunID) -> Bool {
    runs.holdsSorted(run) || parents.holdsSorted(run)
  }
}

extension [RunID] {
  /// Whether a sorted list holds an id.
  func holdsSorted(_ run: RunID) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < run { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == run
  }
}

extension Command {
  /// The run, if this command may start it and it may have a parent that forbids that.
  var starts: RunID? {
    switch self {
    case .offer(let offer): return offer.runID
    case .retry(let request): return request.runID
    case .report(let report):
      guard case .propose(let state) = report.item,
        state.type == .running || state.type == .pending
      else { return nil }
      return report.runID
    case .cancel, .sessionLapsed, .dueTimePassed, .withdrawOffer, .pause, .resume, .setState,
      .hold:
      return nil
    }
  }
}
