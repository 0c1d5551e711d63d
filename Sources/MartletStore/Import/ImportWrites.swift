// Decides what runs of elsewhere become in SQL: the rows of new runs, their histories and counts, and no word to followers.

import MartletModel
import MartletPostgres

/// The writes of runs that come in.
struct ImportWrites {
  let runs: [ImportedRun]
  let namespace: Namespace

  /// What a dashboard counts.
  private struct CountKey: Hashable {
    var kind: RunKind
    var to: StateType
  }

  /// The flows that the runs name.
  var flows: Set<FlowRegistry.Key> {
    Set(
      runs.lazy.filter { $0.content.kind == .flow }
        .map { .init(namespace: namespace, name: $0.content.definition) })
  }

  /// Sends every write, in the order of all transactions; the caller sends the end of this one.
  func send(flows: [FlowRegistry.Key], now: Instant, on pipeline: borrowing Pipeline) throws {
    try pipeline.send(
      runs.enumerated().map { place, run in
        RunInsert(
          state: run.snapshot, run: run.content, createTime: run.createTime, command: place)
      }, states: runs.map(\.snapshot))
    try sendPauses(on: pipeline)
    try sendWork(on: pipeline)
    try sendImporters(on: pipeline)
    try pipeline.register(flows, now: now)
    try sendHistory(on: pipeline)
  }

  private func sendPauses(on pipeline: borrowing Pipeline) throws {
    var seen: Set<[String]> = []
    let pauses = runs.flatMap(\.pauses).filter {
      seen.insert([$0.runID.description, $0.key]).inserted
    }
    if !pauses.isEmpty { try pipeline.keep(pauses) }
  }

  private func sendWork(on pipeline: borrowing Pipeline) throws {
    let rows = runs.compactMap { run in run.work.map { (id: run.id, work: $0) } }
    if rows.isEmpty { return }
    try pipeline.execute(SQL.insertImportedWork) {
      $0.bind(namespace)
      $0.bindArray(count: rows.count) { rows[$0].id }
      $0.bindArray(count: rows.count) { rows[$0].work.deploymentID }
      $0.bindArray(count: rows.count) { max(1, rows[$0].work.version) }
      $0.bindArray(count: rows.count) { rows[$0].work.pool }
      $0.bindArray(count: rows.count) { rows[$0].work.queue }
      $0.bindArray(of: ScheduleID.self, count: rows.count) { rows[$0].work.tick?.scheduleID }
      $0.bindArray(of: Instant.self, count: rows.count) { rows[$0].work.tick?.time }
      $0.bindArray(of: BackfillID.self, count: rows.count) { rows[$0].work.backfillID }
      $0.bindArray(of: String.self, count: rows.count) {
        rows[$0].work.jobVariables.isEmpty ? nil : rows[$0].work.jobVariables
      }
      $0.bindArray(of: String.self, count: rows.count) {
        rows[$0].work.worker.isEmpty ? nil : rows[$0].work.worker
      }
    }
  }

  private func sendImporters(on pipeline: borrowing Pipeline) throws {
    let rows = runs.compactMap { run in run.importer.map { (id: run.id, name: $0) } }
    if rows.isEmpty { return }
    try pipeline.execute(SQL.insertImporters) {
      $0.bindArray(count: rows.count) { rows[$0].id }
      $0.bindArray(count: rows.count) { rows[$0].name }
    }
  }

  private func sendHistory(on pipeline: borrowing Pipeline) throws {
    let rows = runs.flatMap(\.transitions)
    var counts: [CountKey: Int64] = [:]
    for run in runs {
      counts[CountKey(kind: run.snapshot.kind, to: run.snapshot.stateType), default: 0] += 1
    }
    let changes = counts.map { (key: $0.key, runs: $0.value) }
    try pipeline.execute(SQL.recordImported) {
      $0.bindHistory(rows)
      $0.bind(namespace)
      $0.bindArray(count: changes.count) { changes[$0].key.kind }
      $0.bindArray(count: changes.count) { changes[$0].key.to }
      $0.bindArray(count: changes.count) { changes[$0].runs }
    }
  }
}
