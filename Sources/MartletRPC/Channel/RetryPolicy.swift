// Decides which failed calls are made again: those that surely were not begun, and those whose repetition
// does no harm, a few times. Pure.

import MartletCall

/// When a unary call is made again.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all, the first included.
  public var attempts: Int
  /// The waits between attempts.
  public var backoff: Backoff

  /// Four attempts, the first repeated after about 50 ms.
  public init(
    attempts: Int = 4, backoff: Backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(2))
  ) {
    self.attempts = attempts
    self.backoff = backoff
  }

  /// Every call is made once.
  public static let never = RetryPolicy(attempts: 1)

  /// How long to wait before another attempt; nil when there is none.
  ///
  /// - Parameters:
  ///   - failures: how many attempts have failed.
  ///   - unprocessed: whether the server surely did not begin the last one.
  ///   - timeLeft: until the deadline; nil without one.
  func delay(
    after status: Status, failures: Int, unprocessed: Bool,
    idempotency: MethodDescriptor.Idempotency, timeLeft: Duration?,
    using random: inout some RandomNumberGenerator
  ) -> Duration? {
    guard failures < attempts else { return nil }
    guard unprocessed || (status.code == .unavailable && idempotency != .unknown) else {
      return nil
    }
    // The first repetition of a call that was not begun needs no wait: it goes to another connection.
    var delay =
      unprocessed && failures == 1
      ? Duration.zero : backoff.delay(afterFailures: failures, using: &random)
    if let asked = status.retryAfter { delay = max(delay, asked) }
    if let timeLeft, delay >= timeLeft { return nil }
    return delay
  }
}
