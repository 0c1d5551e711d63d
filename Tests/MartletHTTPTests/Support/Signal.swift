// Decides how tests wait for something: on a signal with a value, never on the clock.

import NIOConcurrencyHelpers

/// A value that comes once and is waited for by anyone.
final class Signal<Value: Sendable>: Sendable {
  private enum State {
    case waiting([CheckedContinuation<Value, Never>])
    case fired(Value)
  }
  private let state = NIOLockedValueBox(State.waiting([]))

  /// Gives the value; later ones are dropped.
  func fire(_ value: Value) {
    let waiters = state.withLockedValue { state -> [CheckedContinuation<Value, Never>] in
      guard case .waiting(let waiters) = state else { return [] }
      state = .fired(value)
      return waiters
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// The value, if it has come.
  var value: Value? {
    state.withLockedValue { if case .fired(let value) = $0 { value } else { nil } }
  }

  /// Waits for the value.
  func wait() async -> Value {
    await withCheckedContinuation { continuation in
      let ready = state.withLockedValue { state -> Value? in
        switch state {
        case .fired(let value): return value
        case .waiting(let waiters):
          state = .waiting(waiters + [continuation])
          return nil
        }
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}

extension Signal where Value == Void {
  func fire() { fire(()) }
}
