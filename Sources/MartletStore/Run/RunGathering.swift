// Decides how many who ask for runs at the same time are answered: by few statements, not by one each.

public import MartletModel
import MartletPostgres

/// Reads of runs that are gathered while earlier ones are under way: a thousand watchers who hear of a batch ask once.
final class RunGathering: Sendable {
  private struct Ask {
    var ids: [RunID]
    var namespace: Namespace
    /// When nobody waits any more; nil for never.
    var deadline: ContinuousClock.Instant?
    var answer: CheckedContinuation<Result<[RunRecord], StoreError>, Never>
  }

  private struct State {
    var asks: [Ask] = []
    var underWay = 0
  }

  /// Statements at a time; the next gathers what comes meanwhile.
  private static let most = 2
  /// Runs in one statement.
  private static let size = 1000

  private let state = Locked(State())

  /// Reads those of some runs that exist in the namespace, in no particular order.
  func runs(
    _ ids: [RunID], in namespace: Namespace, of store: Store,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunRecord] {
    let result = await withCheckedContinuation { answer in
      let begins = state.withLock { state in
        state.asks.append(
          Ask(ids: ids, namespace: namespace, deadline: deadline, answer: answer))
        guard state.underWay < Self.most else { return false }
        state.underWay += 1
        return true
      }
      if begins { Task { await self.answerAll(of: store) } }
    }
    return try result.get()
  }

  private func answerAll(of store: Store) async {
    while let asks = next() {
      let ids = Set(asks.flatMap(\.ids))
      let result: Result<[RunID: RunRecord], StoreError>
      do throws(StoreError) {
        let runs = try await store.runs(
          ids.sorted(), in: asks[0].namespace, deadline: latest(of: asks))
        result = .success(Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0) }))
      } catch {
        result = .failure(error)
      }
      for ask in asks {
        ask.answer.resume(returning: result.map { runs in ask.ids.compactMap { runs[$0] } })
      }
    }
  }

  /// When the last of some who ask waits no more.
  private func latest(of asks: [Ask]) -> ContinuousClock.Instant? {
    let deadlines = asks.compactMap(\.deadline)
    return deadlines.count < asks.count ? nil : deadlines.max()
  }

  /// What one statement can answer; nil when nobody asks any more.
  private func next() -> [Ask]? {
    state.withLock { state in
      guard let first = state.asks.first else {
        state.underWay -= 1
        return nil
      }
      var taken: [Ask] = []
      var left: [Ask] = []
      var count = 0
      for ask in state.asks {
        let fits = taken.isEmpty || count + ask.ids.count <= Self.size
        if fits, ask.namespace == first.namespace {
          taken.append(ask)
          count += ask.ids.count
        } else {
          left.append(ask)
        }
      }
      state.asks = left
      return taken
    }
  }
}

extension Store {
  /// Reads those of some runs that exist in the namespace, in no particular order, together with what others ask for at
  /// the same time: for watchers, of whom many hear of the same batch.
  /// - Throws: `unavailable`.
  public func gatheredRuns(
    _ ids: [RunID], in namespace: Namespace
  ) async throws(StoreError) -> [RunRecord] {
    try await gathering.runs(ids, in: namespace, of: self)
  }

  /// Reads a run together with what others ask for at the same time; waits for as long as the most patient of them.
  /// - Throws: `notFound`, also for a run of another namespace.
  public func gatheredRun(
    _ id: RunID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunRecord {
    let found = try await gathering.runs([id], in: namespace, of: self, deadline: deadline)
    guard let run = found.first else { throw .notFound(resource: "run", name: "\(id)") }
    return run
  }
}
