// Decides how the tailer of this process learns at once that something was committed here.

import MartletPostgres

/// A flag that commits raise and one task waits for; raising it twice is raising it once.
public final class CommitSignal: Sendable {
  private struct State {
    var isRaised = false
    var waiter: (id: UInt64, continuation: CheckedContinuation<Bool, Never>)?
    var next: UInt64 = 0
    // Of whom the time was over before it began to wait.
    var lapsed: UInt64 = 0
  }

  private let state = Locked(State())

  /// Makes a signal that is down.
  public init() {}

  /// Raises the flag.
  public func raise() {
    let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let waiter = state.waiter else {
        state.isRaised = true
        return nil
      }
      state.waiter = nil
      return waiter.continuation
    }
    waiter?.resume(returning: true)
  }

  /// Waits until the flag is up, at most for a time, and lowers it. Returns early when the task is
  /// cancelled. Only one task may wait.
  /// - Returns: Whether the flag was up.
  public func wait(atMost timeout: Duration) async -> Bool {
    let id = state.withLock {
      $0.next += 1
      return $0.next
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      give(up: id)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = state.withLock { state -> Bool? in
          if state.isRaised || Task.isCancelled || state.lapsed == id {
            defer { state.isRaised = false }
            return state.isRaised
          }
          state.waiter = (id, continuation)
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      give(up: id)
    }
  }

  private func give(up id: UInt64) {
    let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let waiter = state.waiter, waiter.id == id else {
        state.lapsed = max(state.lapsed, id)
        return nil
      }
      state.waiter = nil
      return waiter.continuation
    }
    waiter?.resume(returning: false)
  }
}
