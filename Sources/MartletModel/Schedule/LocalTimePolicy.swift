// Decides what happens to a local time that the clock jumps over, or shows twice.

/// How a schedule on the wall clock takes the changes of the clock.
///
/// The default is what Prefect does: nothing is lost when the clock goes forward, nothing runs twice when it goes back. An
/// hourly cron schedule therefore pauses for two hours in the night when the clock goes back; an interval of hours, which
/// counts elapsed time, does not.
public struct LocalTimePolicy: Sendable, Hashable {
  /// A local time that does not exist.
  public enum Skipped: Sendable, Hashable, CaseIterable {
    /// Fires as much later as the clock jumped: 02:30 at 03:30.
    case shift
    /// Does not fire.
    case skip
  }

  /// A local time that exists twice.
  public enum Repeated: Sendable, Hashable, CaseIterable {
    /// Fires the first time.
    case first
    /// Fires the second time.
    case second
    /// Fires both times.
    case both
  }

  /// What happens to times that are skipped.
  public var skipped: Skipped
  /// What happens to times that come twice.
  public var repeated: Repeated

  /// Makes a policy.
  public init(skipped: Skipped = .shift, repeated: Repeated = .first) {
    self.skipped = skipped
    self.repeated = repeated
  }
}
