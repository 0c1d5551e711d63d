// Decides what a plan becomes in SQL: parallel arrays, and only the statements that have rows.

import MartletModel
import MartletPostgres

/// The writes of a plan.
struct BatchWrites {
  private let plan: TransitionPlan
  private let commands: [Command]
  private let now: Instant
  private let changes: [(key: CountKey, runs: Int64)]
  private let inserted: [RunSnapshot]
  private let updated: [RunSnapshot]
  private let evictions: [(run: RunSnapshot, session: SessionID)]
  private let cascades: [(run: RunID, namespace: Namespace, actor: String, bound: Interval)]

  /// What a dashboard counts: changes of state, of equal kind together.
  private struct CountKey: Hashable {
    var namespace: Namespace
    var kind: RunKind
    var from: StateType?
    var to: StateType
  }

  init(plan: TransitionPlan, commands: [Command], locked: LockedRuns) {
    self.plan = plan
    self.commands = commands
    now = locked.now
    inserted = plan.inserts.map(\.state)
    updated = plan.updates.map(\.state)
    var counts: [CountKey: Int64] = [:]
    func count(_ run: RunSnapshot, from type: StateType?) {
      let key = CountKey(namespace: run.namespace, kind: run.kind, from: type, to: run.stateType)
      counts[key, default: 0] += 1
    }
    for run in inserted { count(run, from: nil) }
    var lost: [RunSnapshot] = []
    // Both lists are in the order of the ids, and every updated run is among the locked.
    var next = locked.runs.startIndex
    for run in updated {
      while next < locked.runs.endIndex, locked.runs[next].id != run.id { next += 1 }
      guard next < locked.runs.endIndex else { break }
      if locked.runs[next].stateType != run.stateType {
        count(run, from: locked.runs[next].stateType)
      }
      if let session = locked.runs[next].sessionID, run.sessionID != session {
        lost.append(locked.runs[next])
      }
    }
    evictions = plan.taken(of: lost).compactMap { run in
      run.sessionID.map { (run: run, session: $0) }
    }
    changes = counts.map { (key: $0.key, runs: $0.value) }
    cascades = plan.followUps.map {
      switch $0 {
      case .cancelChildren(let run, let namespace, let actor, let bound):
        (run, namespace, actor, bound)
      }
    }
  }

  /// Whether there is anything to commit.
  var isNeeded: Bool {
    !inserted.isEmpty || !updated.isEmpty || !plan.claimsRemoved.isEmpty
      || !plan.dueCleared.isEmpty
  }

  /// The flows that new runs name.
  var flows: Set<FlowRegistry.Key> {
    var keys: Set<FlowRegistry.Key> = []
    for insert in plan.inserts where insert.run.kind == .flow {
      keys.insert(.init(namespace: insert.state.namespace, name: insert.run.definition))
    }
    return keys
  }

  /// Sends every write; the caller sends the end of the transaction.
  /// - Parameters:
  ///   - flows: Flows to register.
  ///   - tolerance: How far the time of the plan may be from Postgres's clock; nil for any distance.
  /// - Returns: The promise of Postgres's clock, if there are transitions.
  func send(
    flows: [FlowRegistry.Key], tolerance: Interval?, on pipeline: borrowing Pipeline
  ) throws -> Pipeline.Ticket? {
    if !plan.inserts.isEmpty { try pipeline.send(plan.inserts, states: inserted) }
    if !updated.isEmpty { try sendUpdates(on: pipeline) }
    if !plan.refusals.isEmpty { try sendRefusals(on: pipeline) }
    try sendWaits(on: pipeline)
    try sendSlots(on: pipeline)
    try WorkItemWrites(plan: plan, commands: commands).send(on: pipeline)
    try sendStrandings(on: pipeline)
    try pipeline.register(flows, now: now)
    try sendResultChecks(on: pipeline)
    return plan.transitions.isEmpty ? nil : try sendTransitions(tolerance, on: pipeline)
  }

  private func sendUpdates(on pipeline: borrowing Pipeline) throws {
    try pipeline.execute(SQL.updateRunStates, rows: updated.count) {
      $0.bindArray(count: updated.count) { updated[$0].id }
      $0.bindArray(count: updated.count) { plan.updates[$0].expectedRevision }
      $0.bindArray(count: updated.count) { plan.updates[$0].expectedLastSeq }
      $0.bindStates(updated)
      $0.bindArray(count: updated.count) { updated[$0].isPlain ? 0 : updated[$0].policy.edition }
    }
  }

  /// History, counts and feed.
  private func sendTransitions(
    _ tolerance: Interval?, on pipeline: borrowing Pipeline
  ) throws -> Pipeline.Ticket {
    let rows = plan.transitions
    return try pipeline.execute(
      SQL.recordTransitions, isOneEach: rows.count == 1 && changes.count == 1
    ) {
      $0.bindHistory(rows)
      $0.bindArray(count: changes.count) { changes[$0].key.namespace }
      $0.bindArray(count: changes.count) { changes[$0].key.kind }
      $0.bindArray(of: StateType.self, count: changes.count) { changes[$0].key.from }
      $0.bindArray(count: changes.count) { changes[$0].key.to }
      $0.bindArray(count: changes.count) { changes[$0].runs }
      $0.bind(now)
      $0.bind(tolerance)
      $0.bindArray(of: UUIDValue.self, count: rows.count) { rows[$0].reportID }
    }
  }

  /// Results beside the states that these refer to must be there.
  private func sendResultChecks(on pipeline: borrowing Pipeline) throws {
    let rows = plan.transitions.compactMap { entry -> (id: ObjectID, namespace: Namespace)? in
      guard case .completed(let completed) = entry.to.detail,
        case .uri(let address)? = completed.result?.body, let id = StoredResult.id(at: address)
      else { return nil }
      return (id, entry.namespace)
    }
    if rows.isEmpty { return }
    try pipeline.execute(SQL.expectResults, rows: rows.count) {
      $0.bindArray(count: rows.count) { rows[$0].id }
      $0.bindArray(count: rows.count) { rows[$0].namespace }
    }
  }

  private func sendRefusals(on pipeline: borrowing Pipeline) throws {
    let rows = plan.refusals
    let actors = rows.map { row in
      commands.lazy.compactMap { command -> String? in
        guard case .report(let report) = command, report.runID == row.runID,
          report.seq == row.seq, report.epoch == row.epoch
        else { return nil }
        return report.actor
      }.first ?? "unknown"
    }
    try pipeline.execute(SQL.insertRefusals, rows: rows.count) {
      $0.bindArray(count: rows.count) { rows[$0].runID }
      $0.bindArray(count: rows.count) { rows[$0].epoch }
      $0.bindArray(count: rows.count) { rows[$0].seq }
      $0.bindArray(count: rows.count) { rows[$0].namespace }
      $0.bindArray(count: rows.count) { rows[$0].executionID }
      $0.bindArray(count: rows.count) { rows[$0].proposed }
      $0.bindArray(count: rows.count) { rows[$0].reason }
      $0.bindArray(count: rows.count) { rows[$0].rule }
      $0.bindArray(actors)
      $0.bindArray(count: rows.count) { rows[$0].time }
    }
  }

  /// Claims, due times, pauses and cascades.
  private func sendWaits(on pipeline: borrowing Pipeline) throws {
    let ended = plan.claimsRemoved
    if !ended.isEmpty {
      try pipeline.execute(SQL.deleteClaims, rows: ended.count) {
        $0.bindArray(count: ended.count) { ended[$0].runID }
        $0.bindArray(count: ended.count) { ended[$0].sessionID }
      }
    }
    let begun = plan.claimsAdded.compactMap { claim in
      row(of: claim.runID).map { (claim: claim, run: $0) }
    }
    if !begun.isEmpty {
      try pipeline.execute(SQL.upsertClaims, rows: begun.count) {
        $0.bindArray(count: begun.count) { begun[$0].claim.runID }
        $0.bindArray(count: begun.count) { begun[$0].run.namespace }
        $0.bindArray(count: begun.count) { begun[$0].claim.sessionID }
        $0.bindArray(count: begun.count) { begun[$0].run.epoch }
      }
    }
    if !evictions.isEmpty {
      // In one order everywhere, as all rows that two transactions may write.
      let lost = evictions.sorted { ($0.session, $0.run.id) < ($1.session, $1.run.id) }
      try pipeline.execute(SQL.insertEvictions) {
        $0.bindArray(count: lost.count) { lost[$0].session }
        $0.bindArray(count: lost.count) { lost[$0].run.id }
        $0.bindArray(count: lost.count) { lost[$0].run.epoch }
      }
    }
    if !plan.dueCleared.isEmpty {
      try pipeline.execute(SQL.deleteDueTimes) { $0.bindArray(plan.dueCleared) }
    }
    let waits = plan.dueSet.compactMap { due in
      row(of: due.runID).map { (due: due, namespace: $0.namespace) }
    }
    if !waits.isEmpty {
      try pipeline.execute(SQL.upsertDueTimes) {
        $0.bindArray(count: waits.count) { waits[$0].due.runID }
        $0.bindArray(count: waits.count) { waits[$0].namespace }
        $0.bindArray(count: waits.count) { waits[$0].due.stateType }
        $0.bindArray(count: waits.count) { waits[$0].due.time }
      }
    }
    if !plan.pausesForgotten.isEmpty {
      try pipeline.execute(SQL.deletePauses) { $0.bindArray(plan.pausesForgotten) }
    }
    if !plan.pauses.isEmpty { try pipeline.keep(plan.pauses) }
    // A run is at most once in the arrays: ON CONFLICT refuses to touch a row twice.
    var seen: Set<RunID> = []
    let cascades = self.cascades.filter { seen.insert($0.run).inserted }
    if !cascades.isEmpty {
      try pipeline.execute(SQL.insertCascades) {
        $0.bindArray(count: cascades.count) { cascades[$0].run }
        $0.bindArray(count: cascades.count) { cascades[$0].namespace }
        $0.bindArray(count: cascades.count) { cascades[$0].actor }
        $0.bindArray(count: cascades.count) { cascades[$0].bound }
      }
    }
  }

  /// Runs below others that were put back, for whoever takes them next.
  private func sendStrandings(on pipeline: borrowing Pipeline) throws {
    let rows = updated.filter {
      $0.stateType == .scheduled && $0.executionID == nil && $0.parentID != nil
    }
    if rows.isEmpty { return }
    try pipeline.execute(SQL.insertStrandings) {
      $0.bindArray(count: rows.count) { rows[$0].id }
      $0.bindArray(count: rows.count) { rows[$0].namespace }
    }
  }

  /// Leases of slots that become their runs', and those that are given back.
  private func sendSlots(on pipeline: borrowing Pipeline) throws {
    if !plan.slotsTaken.isEmpty {
      try pipeline.execute(SQL.takeRunSlots) {
        $0.bindArray(plan.slotsTaken.map(\.lease))
        $0.bindArray(plan.slotsTaken.map(\.epoch))
      }
    }
    if !plan.slotsReleased.isEmpty {
      try pipeline.execute(SQL.releaseRunSlots) { $0.bindArray(plan.slotsReleased) }
    }
  }

  /// The row of a run as it shall be.
  private func row(of run: RunID) -> RunSnapshot? {
    find(run, in: updated) ?? find(run, in: inserted)
  }

  private func find(_ run: RunID, in rows: [RunSnapshot]) -> RunSnapshot? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].id < run { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low].id == run ? rows[low] : nil
  }
}
