// Decides how many tests may use a scarce thing, such as connections, at the same time.

import MartletPostgres

/// Lets a few tests in at a time; the others wait their turn.
public final class TestGate: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// For tests with a store of their own, of all suites in a process.
  public static let stores = TestGate(8)

  private let state: Locked<State>

  /// Makes a gate for so many at a time.
  public init(_ count: Int) { state = Locked(State(free: count)) }

  /// Runs a closure when it is its turn.
  public func enter<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock {
        if $0.free > 0 {
          $0.free -= 1
          return true
        }
        $0.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
    defer { leave() }
    return try await body()
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
