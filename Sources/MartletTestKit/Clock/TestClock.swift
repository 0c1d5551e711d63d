// Decides how time passes in tests: only when the test says so.

import MartletPostgres

/// A clock that stands still until it is advanced. Sleepers wake in the order of their deadlines.
public final class TestClock: Clock, Sendable {
  /// A point in the clock's time.
  public struct Instant: InstantProtocol {
    /// The time since the clock was made.
    public var offset: Duration

    /// A later point.
    public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }

    /// The time to another point.
    public func duration(to other: Instant) -> Duration { other.offset - offset }

    /// Earlier first.
    public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private struct Sleeper {
    var id: UInt64
    var deadline: Instant
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleepers: [Sleeper] = []
    var next: UInt64 = 0
    /// Those who wait for sleepers, with how many they want.
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Locked(State())

  /// Makes a clock at zero.
  public init() {}

  /// The time the test has let pass.
  public var now: Instant { state.withLock { $0.now } }

  /// The least there is.
  public var minimumResolution: Duration { .nanoseconds(1) }

  /// Sleeps until the test advances the clock to the deadline.
  /// - Throws: `CancellationError`.
  public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock {
      $0.next += 1
      return $0.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (outcome, watchers) = state.withLock {
          state -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
          if Task.isCancelled { return (.failure(CancellationError()), []) }
          if deadline <= state.now { return (.success(()), []) }
          state.sleepers.append(
            Sleeper(id: id, deadline: deadline, continuation: continuation))
          let count = state.sleepers.count
          let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
          state.watchers.removeAll { $0.count <= count }
          return (nil, ready)
        }
        for watcher in watchers { watcher.resume() }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
        guard let at = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
        return state.sleepers.remove(at: at)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Lets time pass and wakes whoever has slept long enough.
  public func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let due = state.sleepers.filter { $0.deadline <= state.now }
      state.sleepers.removeAll { $0.deadline <= state.now }
      return due.sorted { $0.deadline < $1.deadline }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Waits until at least `count` tasks sleep, and tells how long the next to wake still has.
  public func sleepers(_ count: Int = 1) async -> Duration {
    await withCheckedContinuation { continuation in
      let isReady = state.withLock {
        if $0.sleepers.count >= count { return true }
        $0.watchers.append((count, continuation))
        return false
      }
      if isReady { continuation.resume() }
    }
    return state.withLock { state in
      state.sleepers.map { state.now.duration(to: $0.deadline) }.min() ?? .zero
    }
  }
}
