// Decides how the arrival of something at many receivers is noted, and when it is complete.

import Synchronization

/// When each of so many things came.
final class Arrivals: Sendable {
  private struct State {
    var times: [Duration] = []
    var completion: (@Sendable () -> Void)?
  }

  private let expected: Int
  private let state: Mutex<State>

  /// - Parameter completion: Called once, when all have come.
  init(of expected: Int, completion: @escaping @Sendable () -> Void) {
    self.expected = expected
    state = Mutex(State(completion: completion))
  }

  /// Notes one, by its time since 1970.
  func add(_ time: Duration) {
    let completion = state.withLock { state in
      state.times.append(time)
      return state.times.count < expected ? nil : state.completion.take()
    }
    completion?()
  }

  /// Whether all have come.
  var isComplete: Bool { state.withLock { $0.times.count >= expected } }

  /// The times, the earliest first.
  var times: [Duration] { state.withLock { $0.times.sorted() } }
}
