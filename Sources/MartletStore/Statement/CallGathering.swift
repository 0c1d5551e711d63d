// Decides how calls that would each need a transaction of their own share one: those that come while another is under
// way are the next.

import MartletModel
import MartletPostgres

/// Calls that are gathered for a shard while those before them are under way; the shards do not wait for each other.
final class CallGathering<Call: Sendable & Identifiable, Answer: Sendable>: Sendable
where Call.ID: Sendable {
  /// Answers calls together, in their order; no two are of one id.
  typealias Answering = @Sendable ([Call]) async -> [Result<Answer, StoreError>]

  private struct Waiting {
    let number: UInt64
    let call: Call
    let deadline: ContinuousClock.Instant?
    let continuation: CheckedContinuation<Result<Answer, StoreError>, Never>
  }

  private struct State {
    var lines: [LimitShard: [Waiting]] = [:]
    var busy: Set<LimitShard> = []
    var next: UInt64 = 0
    var count = 0
  }

  /// Calls in one transaction.
  private static var size: Int { 256 }

  private let state = Locked(State())

  /// Answers a call, with others of its shard.
  /// - Throws: what became of it; `cancelled` and `deadlineExceeded` only before it is under way.
  func answer(
    _ call: Call, of shard: LimitShard, deadline: ContinuousClock.Instant?,
    by answering: @escaping Answering
  ) async throws(StoreError) -> Answer {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let begins = state.withLock { state -> Bool? in
          if Task.isCancelled { return nil }
          state.lines[shard, default: []].append(
            Waiting(number: number, call: call, deadline: deadline, continuation: continuation))
          state.count += 1
          return state.busy.insert(shard).inserted
        }
        switch begins {
        case nil: continuation.resume(returning: .failure(.cancelled))
        case true?: Task { await self.answerAll(of: shard, by: answering) }
        case false?: break
        }
      }
    } onCancel: {
      let gone = state.withLock { state -> Waiting? in
        guard let index = state.lines[shard]?.firstIndex(where: { $0.number == number })
        else { return nil }
        state.count -= 1
        return state.lines[shard]?.remove(at: index)
      }
      gone?.continuation.resume(returning: .failure(.cancelled))
    }
    return try result.get()
  }

  /// How many calls wait or are under way.
  var count: Int { state.withLock { $0.count } }

  private func answerAll(of shard: LimitShard, by answering: Answering) async {
    while let batch = next(of: shard) {
      end(batch.late, with: batch.late.map { _ in .failure(.deadlineExceeded) })
      if batch.calls.isEmpty { continue }
      end(batch.calls, with: await answering(batch.calls.map(\.call)))
    }
  }

  private func end(_ calls: [Waiting], with results: [Result<Answer, StoreError>]) {
    state.withLock { $0.count -= calls.count }
    for (waiting, result) in zip(calls, results) { waiting.continuation.resume(returning: result) }
  }

  /// What one transaction can answer, and whose time is over; nil when nobody calls any more.
  private func next(of shard: LimitShard) -> (calls: [Waiting], late: [Waiting])? {
    state.withLock { state in
      guard let line = state.lines[shard], !line.isEmpty else {
        state.lines[shard] = nil
        state.busy.remove(shard)
        return nil
      }
      let now = ContinuousClock.now
      var calls: [Waiting] = []
      var late: [Waiting] = []
      var left: [Waiting] = []
      var ids: Set<Call.ID> = []
      for waiting in line {
        if let deadline = waiting.deadline, deadline <= now {
          late.append(waiting)
        } else if calls.count < Self.size, ids.insert(waiting.call.id).inserted {
          calls.append(waiting)
        } else {
          left.append(waiting)
        }
      }
      state.lines[shard] = left
      return (calls, late)
    }
  }
}
