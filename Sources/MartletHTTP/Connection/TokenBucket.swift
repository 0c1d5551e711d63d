// Decides when a peer has done something too often: a burst, refilled at a steady rate.

import NIOCore

/// An allowance that refills with time.
struct TokenBucket {
  private let burst: Int
  private let perSecond: Int
  private var tokens: Int
  private var refilledAt: NIODeadline

  /// Starts full.
  init(burst: Int, perSecond: Int, now: NIODeadline) {
    self.burst = burst
    self.perSecond = perSecond
    tokens = burst
    refilledAt = now
  }

  /// Takes one token; false when there is none.
  mutating func take(now: NIODeadline) -> Bool {
    if tokens == 0 { refill(now: now) }
    guard tokens > 0 else { return false }
    tokens -= 1
    return true
  }

  private mutating func refill(now: NIODeadline) {
    guard now > refilledAt else { return }
    let elapsed = now - refilledAt
    // Anything longer than an hour fills any sensible bucket and must not overflow.
    let nanoseconds = min(elapsed.nanoseconds, 3_600_000_000_000)
    let gained = Int(nanoseconds) / 1_000 * perSecond / 1_000_000
    guard gained > 0 else { return }
    tokens = min(burst, tokens + gained)
    refilledAt = now
  }
}
