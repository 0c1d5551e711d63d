// Decides what is known of somebody who computes the value of a key.

/// A lease on the computation of a key's value.
public struct CacheReservation: Sendable, Equatable {
  /// The name of the reservation.
  public var token: UUIDValue
  /// The run that computes; nil when none is known.
  public var runID: RunID?
  /// How its holder is kept apart from others.
  public var isolation: CacheIsolation
  /// The entry's revision when the computation began.
  public var revision: Int64
  /// When the holder is taken for dead.
  public var lapseTime: Instant
  /// How long the value is used once it is committed; nil for ever.
  public var expireAfter: Interval?
  /// What the commit came to; nil before it.
  public var outcome: Outcome?

  /// What a commit came to.
  public enum Outcome: Int16, Sendable {
    /// The value is kept.
    case stored = 1
    /// Another one was first.
    case lost = 2
  }

  /// Makes a reservation.
  public init(
    token: UUIDValue, runID: RunID? = nil, isolation: CacheIsolation, revision: Int64,
    lapseTime: Instant, expireAfter: Interval? = nil, outcome: Outcome? = nil
  ) {
    self.token = token
    self.runID = runID
    self.isolation = isolation
    self.revision = revision
    self.lapseTime = lapseTime
    self.expireAfter = expireAfter
    self.outcome = outcome
  }

  /// Whether somebody is still computing.
  public func isHeld(at now: Instant) -> Bool { outcome == nil && now < lapseTime }
}
