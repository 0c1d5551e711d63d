// Decides one transaction of a batch by what this replica remembers: one round trip, in which Postgres refuses whatever
// is out of date.

import MartletModel
import MartletPostgres

extension TransitionTransaction {
  /// How far the estimated time may be from Postgres's clock.
  private static let tolerance = Interval.milliseconds(50)

  /// Whether all statements of the batch and their Sync surely reach the server in one piece. A larger batch would be
  /// sent in several, and a replica that is stopped between two would hold locks that no time-out of Postgres ends:
  /// those hold only after a Sync.
  private var isSentAtOnce: Bool {
    // libpq sends what it has at 64 KiB; a command takes less than 2 KiB beside what it carries.
    commands.count <= 16 && commands.reduce(0) { $0 + $1.weight } <= 8 << 10
  }

  /// Decides by what is remembered, and commits it in one round trip if Postgres finds it true; nil when not.
  func runByMemory(
    _ keys: TransitionBatch.Keys, on connection: PostgresConnection
  ) throws -> Outcome? {
    let sent = DatabaseClock.steady
    guard isSentAtOnce, let now = knowledge.clock.withLock({ $0.time(at: sent) }),
      let known = knowledge.memory.withLock({ $0.recall(commands, keys) })
    else { return nil }
    let plan = TransitionBatch.decide(
      commands, runs: known.runs, now: now, timing: knowledge.timing, gate: gate)
    guard plan.undecided.isEmpty, plan.restsOnItsWrites(keys) else { return nil }
    let locked = LockedRuns(runs: known.runs, now: now)
    let writes = BatchWrites(plan: plan, commands: commands, locked: locked)
    let flows = knowledge.flows.unknown(writes.flows, now: now)
    var time: Instant?
    do {
      // Without BEGIN the statements up to the Sync are one transaction.
      time = try connection.pipeline { pipeline in
        try expect(known, keys, on: pipeline)
        let clock = try writes.send(flows: flows, tolerance: Self.tolerance, on: pipeline)
        try pipeline.sync()
        let time = try clock.flatMap { clock throws in
          try pipeline.receive(clock).first { row throws(PostgresError) in
            try row.get(0, as: Instant.self)
          }
        }
        try pipeline.finish()
        return time
      }
    } catch let error as PostgresError
      where error.sqlState == .staleRead || error.sqlState == .uniqueViolation
    {
      knowledge.memory.withLock { $0.wasWrong(about: known) }
      knowledge.count(.outdated)
      return nil
    } catch {
      knowledge.memory.withLock { $0.wasWrong(about: known) }
      throw error
    }
    if let time {
      let received = DatabaseClock.steady
      knowledge.clock.withLock { $0.observe(time, sent: sent, received: received) }
    }
    knowledge.flows.remember(flows, now: now)
    knowledge.memory.withLock { $0.remember(plan.inserts.map(\.state) + plan.updates.map(\.state)) }
    knowledge.count(.memory)
    return Outcome(plan, answers: plan.results.map { CommandAnswer($0, in: plan) })
  }

  /// Sends what makes the transaction fail when a parent is not as remembered; the updates check their own rows.
  private func expect(
    _ known: RunMemory.Recollection, _ keys: TransitionBatch.Keys, on pipeline: borrowing Pipeline
  ) throws {
    if !keys.parents.isEmpty {
      // Everything that is locked is locked here, in one order.
      let set = known.runs.filter { !known.readOnly.contains($0.id) }
      try pipeline.execute(SQL.lockExpectedRuns, rows: set.count) {
        $0.bindArray(count: set.count) { set[$0].id }
        $0.bindArray(count: set.count) { !keys.isParent(set[$0].id) }
        $0.bindArray(count: set.count) { set[$0].revision }
        $0.bind(Int64(set.count))
      }
    }
    if !known.readOnly.isEmpty {
      let set = known.runs.filter { known.readOnly.contains($0.id) }
      try pipeline.execute(SQL.expectRuns, rows: set.count) {
        $0.bindArray(count: set.count) { set[$0].id }
        $0.bindArray(count: set.count) { set[$0].revision }
        $0.bind(Int64(set.count))
      }
    }
  }
}

extension TransitionBatch.Keys {
  /// Whether a run is named as a parent and addressed by nobody.
  fileprivate func isParent(_ run: RunID) -> Bool { parents.holdsSorted(run) }
}

extension TransitionPlan {
  /// Whether everything that was decided on is written by the plan, and so checked when it is written.
  fileprivate func restsOnItsWrites(_ keys: TransitionBatch.Keys) -> Bool {
    guard !transitions.isEmpty, inserts.count + updates.count == keys.runs.count else {
      return false
    }
    return results.allSatisfy { if case .verdict = $0.outcome { true } else { false } }
  }
}
