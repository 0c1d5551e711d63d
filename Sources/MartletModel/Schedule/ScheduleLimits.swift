// Decides how large schedules may be, and how far one is searched.

/// The sizes that schedules may have.
public enum ScheduleLimits {
  /// Bytes of a cron expression.
  public static let cronText = 500
  /// Bytes of the lines of a recurrence, as in Prefect.
  public static let recurrenceText = 6500
  /// Entries of a BY part.
  public static let list = 400
  /// RRULE and EXRULE lines of one recurrence.
  public static let rules = 32
  /// The COUNT of a rule whose end takes a walk to find.
  public static let count = 100_000
  /// Lengths of an interval.
  public static let interval = Interval.milliseconds(100)...Interval.hours(24 * 36_525)
  /// Occurrences of one question.
  public static let occurrences = 10_000
  /// Days of jitter.
  public static let jitter = Interval.zero...Interval.hours(24)

  /// After so many months the calendar repeats: what did not occur in them never does.
  static let months = 4800
  /// Periods that are looked at for one occurrence of a rule.
  static let periods = 100_000
  /// Occurrences of a recurrence that may be excluded one after the other.
  static let exclusions = 50_000
}
