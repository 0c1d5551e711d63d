// Decides how the rows of runs are sent, whoever writes them: new runs, their flows, histories and pauses.

import MartletModel
import MartletPostgres

extension Pipeline {
  /// Sends both rows of new runs.
  ///
  /// - Parameter states: Those of the rows, for who has them already.
  borrowing func send(_ rows: [RunInsert], states: [RunSnapshot]) throws {
    try execute(SQL.insertRuns, rows: rows.count) {
      $0.bindArray(count: rows.count) { rows[$0].state.id }
      $0.bindArray(count: rows.count) { rows[$0].state.namespace }
      $0.bindArray(count: rows.count) { rows[$0].state.kind }
      $0.bindArray(count: rows.count) { rows[$0].run.name }
      $0.bindArray(count: rows.count) { rows[$0].run.definition }
      $0.bindArray(count: rows.count) { rows[$0].run.definitionVersion }
      $0.bindArray(of: RunID.self, count: rows.count) { rows[$0].state.parentID }
      $0.bindArray(count: rows.count) { rows[$0].state.rootID }
      $0.bindArray(of: Instant.self, count: rows.count) { rows[$0].run.dueTime }
      $0.bindArray(of: PostgresJSON.self, count: rows.count) { rows[$0].run.parameterJSON }
      $0.bindArray(of: PostgresJSON.self, count: rows.count) { rows[$0].run.dependencyJSON }
      $0.bindArray(count: rows.count) { json(rows[$0].run.labels) }
      $0.bindArray(count: rows.count) { arrayLiteral(rows[$0].run.tags) }
      $0.bindArray(of: Interval.self, count: rows.count) { rows[$0].run.timeout }
      $0.bindArray(of: Interval.self, count: rows.count) { rows[$0].run.heartbeatInterval }
      $0.bindArray(count: rows.count) { rows[$0].run.createdBy }
      $0.bindArray(count: rows.count) { rows[$0].run.traceParent }
      $0.bindArray(count: rows.count) { rows[$0].createTime }
    }
    try execute(SQL.insertRunStates, rows: states.count) {
      $0.bindArray(count: states.count) { states[$0].id }
      $0.bindArray(count: states.count) { states[$0].namespace }
      $0.bindArray(count: states.count) { states[$0].kind }
      $0.bindArray(of: RunID.self, count: states.count) { states[$0].parentID }
      $0.bindArray(count: states.count) { states[$0].rootID }
      $0.bindArray(count: states.count) { states[$0].contentDigest }
      $0.bindStates(states)
      $0.bindArray(of: PostgresJSON.self, count: states.count) {
        states[$0].isPlain ? nil : PostgresJSON(states[$0].policy.json.text)
      }
    }
  }

  /// Sends the flows that runs name.
  borrowing func register(_ flows: [FlowRegistry.Key], now: Instant) throws {
    if flows.isEmpty { return }
    try execute(SQL.registerFlows) {
      $0.bindArray(count: flows.count) { _ in PostgresUUID.v7(now: now) }
      $0.bindArray(count: flows.count) { flows[$0].namespace }
      $0.bindArray(count: flows.count) { flows[$0].name }
      $0.bindArray(count: flows.count) { _ in "service:registry" }
      $0.bindArray(count: flows.count) { _ in now }
    }
  }

  /// Sends pauses, each once.
  borrowing func keep(_ pauses: [PauseWrite]) throws {
    try execute(SQL.upsertPauses) {
      $0.bindArray(count: pauses.count) { pauses[$0].runID }
      $0.bindArray(count: pauses.count) { pauses[$0].key }
      $0.bindArray(count: pauses.count) { pauses[$0].namespace }
      $0.bindArray(of: String.self, count: pauses.count) { pauses[$0].inputSchema }
      $0.bindArray(of: String.self, count: pauses.count) { pauses[$0].input }
      $0.bindArray(count: pauses.count) { pauses[$0].time }
    }
  }
}

extension ParameterBuffer {
  /// Binds the columns of history rows, from `run_id` to `observed_time`.
  mutating func bindHistory(_ rows: [Transition]) {
    bindArray(count: rows.count) { rows[$0].runID }
    bindArray(count: rows.count) { rows[$0].revision }
    bindArray(count: rows.count) { rows[$0].namespace }
    bindArray(of: StateType.self, count: rows.count) { rows[$0].from }
    bindArray(count: rows.count) { rows[$0].fromName }
    bindArray(count: rows.count) { rows[$0].to.type }
    bindArray(count: rows.count) { rows[$0].to.name }
    bindArray(count: rows.count) { rows[$0].to.message }
    bindArray(of: PostgresJSON.self, count: rows.count) {
      rows[$0].to.json.map { PostgresJSON($0.text) }
    }
    bindArray(count: rows.count) { rows[$0].epoch }
    bindArray(of: ExecutionID.self, count: rows.count) { rows[$0].executionID }
    bindArray(of: Int64.self, count: rows.count) { rows[$0].seq }
    bindArray(of: Reason.self, count: rows.count) { rows[$0].verdict.reason }
    bindArray(count: rows.count) { rows[$0].rule }
    bindArray(count: rows.count) { rows[$0].actor }
    bindArray(count: rows.count) { rows[$0].attempt }
    bindArray(count: rows.count) { rows[$0].time }
    bindArray(of: Instant.self, count: rows.count) { rows[$0].observedTime }
  }
}
