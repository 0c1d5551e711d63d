// Decides how runs are deleted: small trees together in one transaction, large ones in chunks that are remembered.

public import MartletModel
import MartletPostgres

/// What became of a request to delete a run.
public enum DeletionAnswer: Sendable, Equatable {
  /// It is gone, with so many runs in all.
  case deleted(runs: Int)
  /// So many runs below it are gone, and the deletion goes on.
  case begun(runs: Int)
  /// There is no such run.
  case notFound
  /// It stays: somebody may be at work on this run, which is it or below it.
  case held(RunID, StateType)
}

extension Store {
  /// Deletes runs that have ended, or wait and are nobody's, each with everything below it and all that belongs to them.
  /// Each is answered alone, in the order asked; one that is named twice, or below another one, may be answered as gone.
  /// - Parameter patience: How long a deletion may take before it goes on in the background.
  /// - Throws: `unavailable`; some may be gone then.
  public func deleteRuns(
    _ ids: [RunID], in namespace: Namespace, actor: String, patience: Duration = .seconds(10),
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [DeletionAnswer] {
    let end = min(ContinuousClock.now + patience, deadline ?? .now + patience)
    var answers = [DeletionAnswer](repeating: .notFound, count: ids.count)
    var places = Array(ids.indices)
    var turns = 0
    while !places.isEmpty {
      let some = Array(places.prefix(Self.treesAtATime))
      let trees = try await trees(some.map { ids[$0] }, in: namespace, deadline)
      var small: [(place: Int, tree: RunDeletion.Tree)] = []
      var again: [Int] = []
      for (place, tree) in zip(some, trees) where !tree.runs.isEmpty {
        if tree.runs.count > DeletionTransaction.size {
          answers[place] = try await deleteLargeTree(
            tree.top, in: namespace, actor: actor, until: end)
        } else {
          small.append((place, tree))
        }
      }
      while !small.isEmpty {
        var count = 0
        let fitting = small.prefix { item in
          count += item.tree.runs.count
          return count <= DeletionTransaction.size
        }
        small.removeFirst(fitting.count)
        let decided = try await delete(
          fitting.map(\.tree), in: namespace, actor: actor, deadline: deadline)
        for (item, answer) in zip(fitting, decided) {
          switch answer {
          case .deleted(let runs): answers[item.place] = .deleted(runs: runs)
          case .notFound: break
          case .held(let run, let state): answers[item.place] = .held(run, state)
          case .grown: again.append(item.place)
          }
        }
      }
      places.removeFirst(some.count)
      places += again
      turns += again.isEmpty ? 0 : 1
      guard turns < Self.mostTurns else {
        throw .unavailable(
          retryAfter: .milliseconds(500), message: "runs are being created below the run")
      }
    }
    return answers
  }

  private static let treesAtATime = 64
  private static let mostTurns = 100

  /// Deletes trees in one transaction, each as the model decides.
  func delete(
    _ trees: [RunDeletion.Tree], in namespace: Namespace, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunDeletion.Answer] {
    let transaction = DeletionTransaction(namespace: namespace, actor: actor, trees: trees)
    let outcome = try await write(deadline) { connection in
      try transaction.run(on: connection)
    }
    if !outcome.decision.runs.isEmpty {
      transitions.knowledge.memory.withLock { $0.forget(outcome.decision.runs) }
      commits.raise()
      scheduleSignal.raise()
      backfillSignal.raise()
      hints.raise()
      if outcome.hasReleased { signals.moved() }
    }
    return outcome.decision.answers
  }

  /// Reads trees, of each no more than one run beyond what a transaction takes.
  private func trees(
    _ tops: [RunID], in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [RunDeletion.Tree] {
    try await read(deadline) { connection in
      var trees = tops.map { RunDeletion.Tree(top: $0, runs: []) }
      try connection.query(SQL.readTrees) {
        $0.bindArray(tops)
        $0.bind(namespace)
        $0.bind(Int64(DeletionTransaction.size + 1))
      }.forEach { row throws(PostgresError) in
        trees[Int(try row.get(0, as: Int64.self))].runs.append(try row.get(1))
      }
      return trees
    }
  }
}
