// Decides how long to wait before trying again: doubling from 100 ms to 5 s, with jitter so that clients do not
// come back together.

/// Growing waits between attempts.
struct BackOff {
  private var attempt = 0

  /// Begins anew: the last attempt went well.
  mutating func reset() { attempt = 0 }

  /// The next wait: between half and all of the doubled one before.
  mutating func next() -> Duration {
    let ceiling = min(5000, 100 << min(attempt, 6))
    attempt += 1
    return .milliseconds(Int.random(in: ceiling / 2...ceiling))
  }
}
