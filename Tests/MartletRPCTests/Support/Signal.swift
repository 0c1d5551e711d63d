// Decides how a test waits for something that happens elsewhere: on the event itself, never on time.

import NIOConcurrencyHelpers

/// An event that happens once and that any number of tasks may wait for.
final class Signal: Sendable {
  private enum State {
    case waiting([CheckedContinuation<Void, Never>])
    case sent
  }
  private let state = NIOLockedValueBox(State.waiting([]))

  /// Whether it has happened.
  var isSent: Bool {
    state.withLockedValue { if case .sent = $0 { true } else { false } }
  }

  /// Lets it happen.
  func send() {
    let waiters = state.withLockedValue { state in
      defer { state = .sent }
      if case .waiting(let waiters) = state { return waiters }
      return []
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until it has happened.
  func wait() async {
    await withCheckedContinuation { continuation in
      let sent = state.withLockedValue { state in
        if case .waiting(let waiters) = state {
          state = .waiting(waiters + [continuation])
          return false
        }
        return true
      }
      if sent { continuation.resume() }
    }
  }
}

/// A number that tasks raise.
final class Count: Sendable {
  private let number = NIOLockedValueBox(0)
  var value: Int { number.withLockedValue { $0 } }
  @discardableResult
  func raise(by amount: Int = 1) -> Int {
    number.withLockedValue {
      $0 += amount
      return $0
    }
  }
}

/// Waits in a handler until the call is cancelled; sends the signal when it begins to wait.
func waitForCancellation(_ begun: Signal) async throws {
  begun.send()
  let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
  for await _ in stream {}
  continuation.finish()
  try Task.checkCancellation()
}

/// Makes a call that runs out of time, with twice the time each turn, until its handler had begun before that: on a
/// busy machine the first ones are over before they reach the handler.
func callUntil(_ begun: Signal, _ call: (Duration) async throws -> Void) async rethrows {
  var time = Duration.milliseconds(30)
  while !begun.isSent {
    try await call(time)
    time *= 2
  }
}
