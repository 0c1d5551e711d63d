// Decides how heartbeats are gathered: those of a replica that come while one statement runs go
// together in the next.

public import MartletModel
import MartletPostgres

/// Renews sessions in groups; never touches a run's row.
public final class SessionBeats: Sendable {
  private struct State {
    var waiting:
      [(id: SessionID, continuation: CheckedContinuation<Result<BeatAnswer, StoreError>, Never>)] =
        []
    var isBusy = false
  }

  private let store: Store
  private let state = Locked(State())
  /// Most sessions in one statement.
  private static let limit = 2000
  /// Most heartbeats that may wait.
  private static let waitingLimit = 50_000

  /// Gathers heartbeats for a store.
  public init(_ store: Store) { self.store = store }

  /// Renews the lease of a session.
  /// - Throws: `unavailable` without a database, `resourceExhausted`: beat again.
  public func beat(_ id: SessionID) async throws(StoreError) -> BeatAnswer {
    let result = await withCheckedContinuation { continuation in
      let (isFull, mustStart) = state.withLock { state in
        guard state.waiting.count < Self.waitingLimit else { return (true, false) }
        state.waiting.append((id, continuation))
        defer { state.isBusy = true }
        return (false, !state.isBusy)
      }
      if isFull {
        continuation.resume(
          returning: .failure(
            .resourceExhausted(retryAfter: .seconds(1), message: "too many heartbeats wait")))
      }
      if mustStart { Task { await run() } }
    }
    return try result.get()
  }

  /// Renews until nobody waits.
  private func run() async {
    while true {
      let batch = state.withLock { state in
        let batch = Array(state.waiting.prefix(Self.limit))
        state.waiting.removeFirst(batch.count)
        if batch.isEmpty { state.isBusy = false }
        return batch
      }
      if batch.isEmpty { return }
      do {
        let answers = try await store.renewSessions(batch.map(\.id))
        for (item, answer) in zip(batch, answers) {
          item.continuation.resume(returning: .success(answer))
        }
      } catch {
        for item in batch { item.continuation.resume(returning: .failure(error)) }
      }
    }
  }
}
