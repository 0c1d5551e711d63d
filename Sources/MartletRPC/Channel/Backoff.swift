// Decides how long to wait before the next attempt: exponentially longer, spread at random so that clients
// of a restarted server do not come back at once. Pure.

/// The waiting times between attempts.
public struct Backoff: Sendable, Equatable {
  /// The wait after the first failure.
  public var initial: Duration
  /// The longest wait.
  public var maximum: Duration
  /// By how much each wait is longer than the one before.
  public var multiplier: Double
  /// The share of a wait that is left to chance, 0 to 1.
  public var jitter: Double

  /// 100 ms, growing by 1.6 up to 20 s, a fifth left to chance.
  public init(
    initial: Duration = .milliseconds(100), maximum: Duration = .seconds(20),
    multiplier: Double = 1.6, jitter: Double = 0.2
  ) {
    self.initial = initial
    self.maximum = maximum
    self.multiplier = multiplier
    self.jitter = jitter
  }

  /// The wait after `failures` failures in a row (1 or more).
  public func delay(
    afterFailures failures: Int, using random: inout some RandomNumberGenerator
  ) -> Duration {
    var delay = initial
    for _ in 1..<max(2, min(failures, 64)) where failures > 1 {
      delay = min(maximum, delay * multiplier)
    }
    let spread = jitter * Double.random(in: -1...1, using: &random)
    return min(maximum, delay) * (1 + spread)
  }
}
