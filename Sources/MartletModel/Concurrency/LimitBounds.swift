// Decides how large limits, leases and waits may be.

/// The sizes that limits and leases may have.
public enum LimitBounds {
  /// Slots of a limit; 0 refuses everybody.
  public static let slots: ClosedRange<Int32> = 0...1_000_000
  /// Slots that come back in a second, when any do by time.
  public static let decay: ClosedRange<Double> = 0.00001...1_000_000
  /// Limits in one request.
  public static let limitsPerLease = 16
  /// Terms of a lease.
  public static let ttl = Interval.seconds(1)...Interval.hours(24)
  /// The term of a lease that asks for none.
  public static let standardTTL = Interval.seconds(60)
  /// How long somebody keeps the place in the line, or a grant that was not collected, without asking again.
  public static let patience = Interval.seconds(10)
  /// Longest name, in bytes.
  public static let name = 200
}

/// How slots come back by time: one after another, each after the same interval.
public struct SlotDecay: Sendable, Hashable {
  /// Slots a second.
  public let perSecond: Double
  /// The time one slot takes, in whole microseconds, never too short.
  public let interval: Interval

  /// Takes a rate; nil when it is none, or out of ``LimitBounds/decay``.
  public init?(perSecond: Double) {
    guard LimitBounds.decay.contains(perSecond) else { return nil }
    self.perSecond = perSecond
    interval = Interval(microseconds: Int64((1_000_000 / perSecond).rounded(.up)))
  }
}
