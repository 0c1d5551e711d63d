// Decides what a plan means for the rows that say where runs of deployments stand: nothing for all other runs.

import MartletModel
import MartletPostgres

/// What a plan changes of where runs of deployments stand.
struct WorkItemWrites {
  private struct Placed {
    var state: RunSnapshot
    var placement: Placement
  }

  private let placed: [Placed]
  private let moved: [(run: RunSnapshot, standing: WorkStanding)]
  private let ended: [RunID]
  private let holds: [RunID: Instant]

  init(plan: TransitionPlan, commands: [Command]) {
    placed = plan.inserts.compactMap { insert in
      insert.run.placement.map { Placed(state: insert.state, placement: $0) }
    }
    let runs = plan.updates.lazy.map(\.state).filter { !$0.isPlain && $0.policy.isPlaced }
    moved = runs.compactMap { run in run.standing.map { (run: run, standing: $0) } }
    ended = runs.filter { $0.standing == nil }.map(\.id)
    var holds: [RunID: Instant] = [:]
    if !moved.isEmpty {
      for case .offer(let offer) in commands { holds[offer.runID] = offer.hold }
    }
    self.holds = holds
  }

  func send(on pipeline: borrowing Pipeline) throws {
    if !placed.isEmpty { try sendPlaced(on: pipeline) }
    if !moved.isEmpty {
      try pipeline.execute(SQL.moveWorkItems, rows: moved.count) {
        $0.bindArray(count: moved.count) { moved[$0].run.id }
        $0.bindArray(count: moved.count) { moved[$0].standing.code }
        $0.bindArray(count: moved.count) { due(moved[$0].run, moved[$0].standing) }
        $0.bindArray(count: moved.count) { moved[$0].run.epoch }
        $0.bindArray(count: moved.count) { moved[$0].standing == .taken(isBound: true) }
        $0.bindArray(count: moved.count) { moved[$0].run.stateName == RunState.awaitingSlot }
        $0.bindArray(of: Instant.self, count: moved.count) {
          moved[$0].standing == .taken(isBound: false) ? holds[moved[$0].run.id] : nil
        }
      }
    }
    if !ended.isEmpty {
      try pipeline.execute(SQL.deleteWorkItems) { $0.bindArray(ended) }
    }
  }

  private func sendPlaced(on pipeline: borrowing Pipeline) throws {
    try pipeline.execute(SQL.insertPlacements, rows: placed.count) {
      $0.bindArray(count: placed.count) { placed[$0].state.id }
      $0.bindArray(count: placed.count) { placed[$0].state.namespace }
      $0.bindArray(count: placed.count) { placed[$0].placement.deploymentID }
      $0.bindArray(count: placed.count) { placed[$0].placement.version }
      $0.bindArray(count: placed.count) { placed[$0].placement.poolID }
      $0.bindArray(count: placed.count) { placed[$0].placement.queueID }
      $0.bindArray(of: ScheduleID.self, count: placed.count) {
        placed[$0].placement.tick?.scheduleID
      }
      $0.bindArray(of: Instant.self, count: placed.count) { placed[$0].placement.tick?.time }
      $0.bindArray(of: BackfillID.self, count: placed.count) { placed[$0].placement.backfillID }
      $0.bindArray(of: String.self, count: placed.count) {
        placed[$0].placement.jobVariables.isEmpty ? nil : placed[$0].placement.jobVariables
      }
      $0.bindArray(count: placed.count) { json(placed[$0].placement.workerLabels) }
      $0.bindArray(count: placed.count) { placed[$0].placement.gate.rawValue }
      $0.bindArray(of: Int16.self, count: placed.count) { placed[$0].state.standing?.code }
      $0.bindArray(count: placed.count) { due(placed[$0].state, placed[$0].state.standing) }
      $0.bindArray(count: placed.count) { placed[$0].state.epoch }
    }
  }

  private func due(_ run: RunSnapshot, _ standing: WorkStanding?) -> Instant {
    if case .waiting(let due)? = standing { return due }
    return run.transitionTime
  }
}
