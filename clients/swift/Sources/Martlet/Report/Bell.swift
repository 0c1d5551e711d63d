// Decides how one task waits for another: a wake-up that is not lost when it comes before the wait, and that ends at a
// deadline and with the task.

internal import Synchronization

/// A wake-up for one waiter at a time.
final class Bell: Sendable {
  private struct State: Sendable {
    var isRung = false
    var nextID: UInt64 = 0
    // The last wait that was over before it began: timers may fire a little early.
    var overID: UInt64 = 0
    var waiter: (id: UInt64, continuation: CheckedContinuation<Void, Never>)?
  }
  private let state = Mutex(State())

  /// Ends the wait under way, or else the next one at once.
  func ring() {
    let waiter = state.withLock { state in
      if state.waiter == nil { state.isRung = true }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.continuation.resume()
  }

  /// Waits for the bell, the deadline or the end of the task, whichever comes first.
  func wait(until deadline: ContinuousClock.Instant) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let timer = Task {
      try await Task.sleep(until: deadline, clock: .continuous)
      expire(id)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.isRung || Task.isCancelled || deadline <= .now || state.overID >= id {
            state.isRung = false
            return true
          }
          state.waiter = (id, continuation)
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      expire(id)
    }
    timer.cancel()
  }

  private func expire(_ id: UInt64) {
    let waiter = state.withLock { state in
      guard state.waiter?.id == id else {
        state.overID = max(state.overID, id)
        return nil as CheckedContinuation<Void, Never>?
      }
      defer { state.waiter = nil }
      return state.waiter?.continuation
    }
    waiter?.resume()
  }
}
