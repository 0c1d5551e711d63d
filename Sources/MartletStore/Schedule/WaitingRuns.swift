// Decides how runs go that were made ahead and are not wanted any more: all that belongs to them goes, as with a deletion.

import MartletModel
import MartletPostgres

/// Runs of deployments that nobody has taken yet.
enum WaitingRuns {
  /// Removes those that still wait when they are locked; one that was taken meanwhile stays.
  /// - Parameter runs: In the order of their ids.
  /// - Returns: Those that are gone; the caller forgets them once its transaction is committed.
  static func remove(
    _ runs: [RunID], in namespace: Namespace, actor: String, on pipeline: borrowing Pipeline
  ) throws -> [RunID] {
    if runs.isEmpty { return [] }
    let waiting = try pipeline.query(SQL.lockDeletedRuns) {
      $0.bindArray(runs)
      $0.bind(namespace)
    }.map { row throws(PostgresError) in try RunSnapshot(row) }
      .filter { $0.stateType == .scheduled && $0.isDeletable }.map(\.id)
    if waiting.isEmpty { return [] }
    try pipeline.execute(SQL.releaseRunSlots) { $0.bindArray(waiting) }
    let now = Instant.systemClock
    try pipeline.execute(SQL.deleteRuns) {
      $0.bindArray(waiting)
      $0.bindArray(count: waiting.count) { _ in PostgresUUID.v7(now: now) }
      $0.bind(actor)
      $0.bind(StoredResult.scheme)
    }
    return waiting
  }
}
