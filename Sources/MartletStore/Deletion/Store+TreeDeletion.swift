// Decides how a tree that is too large for one transaction is deleted: in chunks, from below, the run at the top last; a
// row says that it goes on, so that another replica takes it up when this one dies.

public import MartletModel
import MartletPostgres

/// A deletion of a large tree that goes on.
public struct TreeDeletion: Sendable, Equatable {
  /// The run at the top.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Who asked for it.
  public var actor: String
}

extension Store {
  /// How long a replica has a deletion before others take it over; it looks up from it in half that time.
  static let deletionHold = Interval.seconds(30)
  /// The most runs of a large tree that are looked at before its deletion begins.
  private static let heldBound: Int64 = 20_000

  /// Takes deletions that nobody deals with.
  public func takeDeletions(limit: Int) async throws(StoreError) -> [TreeDeletion] {
    try await write { connection in
      try connection.query(SQL.takeDeletions) {
        $0.bind(Int64(limit))
        $0.bind(Self.deletionHold)
      }.map { row throws(PostgresError) in
        TreeDeletion(runID: try row.get(0), namespace: try row.get(1), actor: try row.get(2))
      }
    }
  }

  /// Begins to delete a large tree, and goes on until it is gone or the time is over.
  func deleteLargeTree(
    _ top: RunID, in namespace: Namespace, actor: String, until end: ContinuousClock.Instant
  ) async throws(StoreError) -> DeletionAnswer {
    if let held = try await firstHeldRun(below: top) { return held }
    // While it goes on nobody may take the run, and nothing may start below it.
    let record = try await run(top, in: namespace)
    if !record.snapshot.stateType.isTerminal {
      let answer = try await cancelRun(
        Cancellation(
          namespace: namespace, runID: top, actor: actor, message: "The run is being deleted."))
      guard answer.stateType?.isTerminal == true else {
        return .held(top, answer.stateType ?? record.snapshot.stateType)
      }
    }
    try await write { connection in
      _ = try connection.query(SQL.beginDeletion) {
        $0.bind(top)
        $0.bind(namespace)
        $0.bind(actor)
        $0.bind(Self.deletionHold)
      }
    }
    return try await carry(
      TreeDeletion(runID: top, namespace: namespace, actor: actor), until: end)
  }

  /// Goes on with a deletion until the tree is gone, the time is over, or somebody is at work on a run of it: then what is
  /// left stays.
  public func carry(
    _ deletion: TreeDeletion, until end: ContinuousClock.Instant
  ) async throws(StoreError) -> DeletionAnswer {
    // Within the hold: nobody else is to take it up meanwhile.
    let end = min(end, .now + .microseconds(Self.deletionHold.microseconds / 2))
    var gone = 0
    while ContinuousClock.now < end {
      let chunk = try await read { connection in
        try connection.query(SQL.readDeletionOrder) {
          $0.bind(deletion.runID)
          $0.bind(Int32(DeletionTransaction.size))
        }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
      }
      guard let last = chunk.last else { break }
      let answer = try await delete(
        [RunDeletion.Tree(top: last, runs: chunk)], in: deletion.namespace, actor: deletion.actor)
      switch answer[0] {
      case .deleted(let runs):
        gone += runs
        if last == deletion.runID { return .deleted(runs: gone) }
      case .held(let run, let state):
        try await self.end(deletion, SQL.endDeletion)
        return .held(run, state)
      case .notFound where last == deletion.runID:
        try await self.end(deletion, SQL.endDeletion)
        return .deleted(runs: gone)
      case .notFound, .grown: break
      }
    }
    try await self.end(deletion, SQL.leaveDeletion)
    return .begun(runs: gone)
  }

  private func end(_ deletion: TreeDeletion, _ statement: Statement) async throws(StoreError) {
    try await write { connection in
      _ = try connection.query(statement) { $0.bind(deletion.runID) }
    }
  }

  private func firstHeldRun(below top: RunID) async throws(StoreError) -> DeletionAnswer? {
    try await read { connection in
      try connection.query(SQL.findHeldRuns) {
        $0.bind(top)
        $0.bind(Self.heldBound)
      }.first { row throws(PostgresError) in .held(try row.get(0), try row.get(1)) }
    }
  }
}
