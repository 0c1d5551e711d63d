// Decides what is told of an occurrence: when, what the clock shows, and what the clock's changes did to it.

/// One occurrence of a schedule, or one that its policy for the clock's changes dropped.
public struct Occurrence: Sendable, Hashable {
  /// What a change of the clock means for an occurrence.
  public enum Clock: Sendable, Hashable {
    /// Nothing.
    case ordinary
    /// The local time does not exist.
    case skipped
    /// The local time comes twice, and this is the first.
    case first
    /// The local time comes twice, and this is the second.
    case second
  }

  /// When it fires, or would have.
  public var instant: Instant
  /// The local time that the schedule names. When it is skipped, the clock shows another at `instant`.
  public var local: LocalTime
  /// Seconds east of UTC at `instant`.
  public var offset: Int
  /// What a change of the clock means for it.
  public var clock: Clock
  /// Whether it fires. What does not is told only to those who ask.
  public var fires: Bool

  /// Whether it fires at another local time than the schedule names.
  public var isShifted: Bool { clock == .skipped && fires }
}
