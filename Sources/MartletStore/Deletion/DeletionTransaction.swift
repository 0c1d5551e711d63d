// Decides one transaction of a deletion: the rows are locked in id order, the model decides, what goes is deleted with
// everything that belongs to it.

import MartletModel
import MartletPostgres

/// One attempt to delete some trees of runs.
struct DeletionTransaction {
  /// The most runs in one transaction, so that nobody waits long for its locks.
  static let size = 500

  let namespace: Namespace
  let actor: String
  let trees: [RunDeletion.Tree]

  /// What it came to.
  struct Outcome {
    var decision: RunDeletion
    /// Whether slots were given back, or places in line.
    var hasReleased = false
  }

  /// Locks, decides, deletes, commits.
  func run(on connection: PostgresConnection) throws -> Outcome {
    let runs = Set(trees.flatMap(\.runs)).sorted()
    return try connection.transaction { pipeline in
      let locked = try pipeline.query(SQL.lockDeletedRuns) {
        $0.bindArray(runs)
        $0.bind(namespace)
      }.map { row throws(PostgresError) in try RunSnapshot(row) }
      let children = try pipeline.query(SQL.readChildren) { $0.bindArray(locked.map(\.id)) }
        .map { row throws(PostgresError) in try Child(row) }
      let decision = RunDeletion(
        trees, locked: locked, children: children.map { ($0.id, $0.parent) })
      guard !decision.runs.isEmpty else { return Outcome(decision: decision) }
      let gone = Set(decision.runs)
      let waiting = locked.filter { gone.contains($0.id) && !$0.stateType.isTerminal }.map(\.id)
      if !waiting.isEmpty {
        try pipeline.execute(SQL.releaseRunSlots) { $0.bindArray(waiting) }
      }
      let now = Instant.systemClock
      try pipeline.execute(SQL.deleteRuns) {
        $0.bindArray(decision.runs)
        $0.bindArray(count: decision.runs.count) { _ in PostgresUUID.v7(now: now) }
        $0.bind(actor)
        $0.bind(StoredResult.scheme)
      }
      return Outcome(decision: decision, hasReleased: !waiting.isEmpty)
    }
  }

  private struct Child {
    var id: RunID
    var parent: RunID

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      id = try row.get(0)
      parent = try row.get(1)
    }
  }
}
