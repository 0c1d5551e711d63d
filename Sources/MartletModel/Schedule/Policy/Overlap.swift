// Decides what an occurrence does that comes due while a run of its schedule goes on.

/// What becomes of an occurrence that would overlap.
public enum Overlap: Sendable, Hashable, CaseIterable {
  /// It starts beside the others.
  case allow
  /// It does not start.
  case skip
  /// The first such one waits for the run to end, the others do not start.
  case bufferOne
  /// It starts, and the run is cancelled.
  case cancelRunning

  /// What is decided about occurrences that are due.
  public struct Decision: Sendable, Hashable {
    /// Those that start.
    public var starts: [Instant] = []
    /// The one that waits.
    public var waits: Instant?
    /// Those that do not start.
    public var skipped: [Instant] = []
    /// Whether the runs that go on are to be cancelled.
    public var cancelsRunning = false
  }

  /// Decides about occurrences that are due at the same time, the earliest first.
  ///
  /// - Parameters:
  ///   - running: how many runs of the schedule have not ended.
  ///   - waiting: whether one waits already.
  public func decide(_ due: [Instant], running: Int, waiting: Bool) -> Decision {
    var due = due.sorted()[...]
    var decision = Decision()
    switch self {
    case .allow: decision.starts = Array(due)
    case .skip, .bufferOne:
      if running == 0, !waiting, let first = due.popFirst() { decision.starts = [first] }
      if self == .bufferOne, !waiting { decision.waits = due.popFirst() }
      decision.skipped = Array(due)
    case .cancelRunning:
      guard let last = due.popLast() else { break }
      decision.starts = [last]
      decision.skipped = Array(due)
      decision.cancelsRunning = running > 0 || waiting
    }
    return decision
  }
}
