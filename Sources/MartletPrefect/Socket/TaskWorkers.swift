// Decides who is a task worker: whoever is subscribed to background tasks at this server now. Nothing of it is kept, for a
// subscription ends with its connection.

internal import MartletModel
internal import Synchronization

/// The task workers that are connected to this server.
final class TaskWorkers: Sendable {
  private struct Worker {
    var keys: Set<String>
    var connections: Int
    var seen: Instant
  }

  private let workers = Mutex<[String: Worker]>([:])
  /// The runs that are being claimed.
  private let claimed = Mutex<Set<String>>([])

  /// Has one worker of this server at a time claim a run: all hear of it at once.
  ///
  /// - Returns: nil when another one does; if that does not take the run, it is heard of again.
  func alone<Value>(
    with run: String, _ claim: () async throws -> Value
  ) async rethrows -> Value? {
    guard claimed.withLock({ $0.insert(run).inserted }) else { return nil }
    defer { _ = claimed.withLock { $0.remove(run) } }
    return try await claim()
  }

  /// One of them subscribes.
  func enter(_ name: String, _ keys: [String]) {
    workers.withLock {
      $0[name, default: Worker(keys: [], connections: 0, seen: .wallClock)].connections += 1
      $0[name]?.keys.formUnion(keys)
    }
  }

  /// One of them was heard of.
  func see(_ name: String) { workers.withLock { $0[name]?.seen = .wallClock } }

  /// A subscription ends; with its last the worker is gone.
  func leave(_ name: String) {
    workers.withLock {
      $0[name]?.connections -= 1
      if $0[name]?.connections == 0 { $0[name] = nil }
    }
  }

  /// Those that have one of some keys, by name; all without any.
  func all(of keys: [String]) -> [(name: String, keys: [String], seen: Instant)] {
    workers.withLock { workers in
      workers.filter { keys.isEmpty || !$0.value.keys.isDisjoint(with: keys) }
        .sorted { $0.key < $1.key }
        .map { ($0.key, $0.value.keys.sorted(), $0.value.seen) }
    }
  }
}

extension PrefectAPI {
  func readTaskWorkers(_ request: PrefectRequest) -> PrefectResponse {
    let keys = request.body["task_worker_filter"]?["task_keys"].flatMap {
      try? [String]($0, at: [])
    }
    return .ok(
      taskWorkers.all(of: keys ?? []).map { worker in
        JSON.object([
          ("identifier", .text(worker.name)), ("task_keys", .texts(worker.keys)),
          ("timestamp", worker.seen.json),
        ])
      })
  }
}
