// Decides how a test waits for a moment in concurrent code without sleeping.

import MartletPostgres

/// Values that code under test sends and a test waits for, in order.
public final class TestSignal<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value] = []
    var waiters: [CheckedContinuation<Value, Never>] = []
  }

  private let state = Locked(State())

  /// Makes a signal.
  public init() {}

  /// Sends a value; never blocks.
  public func send(_ value: Value) {
    let waiter = state.withLock { state -> CheckedContinuation<Value, Never>? in
      guard !state.waiters.isEmpty else {
        state.values.append(value)
        return nil
      }
      return state.waiters.removeFirst()
    }
    waiter?.resume(returning: value)
  }

  /// Waits for the next value. A test that waits for what never comes ends by its time limit.
  public func next() async -> Value {
    await withCheckedContinuation { continuation in
      let value = state.withLock { state -> Value? in
        guard !state.values.isEmpty else {
          state.waiters.append(continuation)
          return nil
        }
        return state.values.removeFirst()
      }
      if let value { continuation.resume(returning: value) }
    }
  }
}

extension TestSignal where Value == Void {
  /// Sends.
  public func send() { send(()) }
}
