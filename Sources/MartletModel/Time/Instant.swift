// Decides the unit of time: microseconds, Postgres's own resolution.

/// A point in time: microseconds since the Unix epoch, by Postgres's clock.
public struct Instant: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64

  /// The Unix epoch.
  public static let epoch = Instant(microseconds: 0)

  /// Makes an instant of microseconds since the Unix epoch.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The interval from this instant to another; negative when the other is earlier.
  public func distance(to other: Instant) -> Interval {
    let (difference, overflow) = other.microseconds.subtractingReportingOverflow(microseconds)
    guard overflow else { return Interval(microseconds: difference) }
    return Interval(microseconds: other.microseconds < 0 ? .min : .max)
  }

  /// The instant an interval later, clamped at the ends of time.
  public static func + (instant: Instant, interval: Interval) -> Instant {
    let (sum, overflow) = instant.microseconds.addingReportingOverflow(interval.microseconds)
    guard overflow else { return Instant(microseconds: sum) }
    return Instant(microseconds: interval.microseconds < 0 ? .min : .max)
  }

  /// Earlier first.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }
}

/// A length of time in microseconds, possibly negative.
public struct Interval: Sendable, Hashable, Comparable {
  /// The length in microseconds.
  public var microseconds: Int64

  /// No time.
  public static let zero = Interval(microseconds: 0)

  /// Makes an interval of microseconds.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// An interval of milliseconds.
  public static func milliseconds(_ count: Int64) -> Interval {
    Interval(microseconds: count * 1000)
  }

  /// An interval of seconds.
  public static func seconds(_ count: Int64) -> Interval {
    Interval(microseconds: count * 1_000_000)
  }

  /// An interval of hours.
  public static func hours(_ count: Int64) -> Interval { seconds(count * 3600) }

  /// The length without its sign.
  public var magnitude: Interval {
    Interval(microseconds: microseconds == .min ? .max : abs(microseconds))
  }

  /// The sum, clamped.
  public static func + (left: Interval, right: Interval) -> Interval {
    let (sum, overflow) = left.microseconds.addingReportingOverflow(right.microseconds)
    guard overflow else { return Interval(microseconds: sum) }
    return Interval(microseconds: right.microseconds < 0 ? .min : .max)
  }

  /// Shorter first.
  public static func < (left: Interval, right: Interval) -> Bool {
    left.microseconds < right.microseconds
  }
}
