// Decides how those who wait for a key of the cache learn that something was committed.

import MartletModel
import MartletPostgres

/// A bell that wakes everyone who waits; whoever looks at the count first misses no ring.
final class CacheWakes: Sendable {
  private struct State {
    var rings: UInt64 = 0
    var next: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Locked(State())

  /// How often the bell has rung.
  var rings: UInt64 { state.withLock { $0.rings } }

  /// Wakes everyone.
  func ring() {
    let waiters = state.withLock { state in
      state.rings += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until the bell has rung more often than `seen`, at most for a time. Returns early when the
  /// task is cancelled.
  func wait(after seen: UInt64, atMost timeout: Duration) async {
    let id = state.withLock {
      $0.next += 1
      return $0.next
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      wake(id)
    }
    defer { timer.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.rings > seen || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      wake(id)
    }
  }

  private func wake(_ id: UInt64) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
  }
}
