// Decides what becomes of a running run whose owner is lost.

/// What becomes of a RUNNING run when the lease of its owner's session lapses.
public enum LossPolicy: Sendable, Equatable {
  /// It is CRASHED, presumptively: its owner may yet say otherwise.
  case crash
  /// It goes back to SCHEDULED, for whoever claims it next, at most so often; then it is CRASHED. The
  /// lost owner is fenced.
  case rerun(atMost: Int32)
  /// It stays RUNNING and its owner's, unmonitored, until the owner reports or an operator acts.
  case wait

  /// How often a run is run again when nothing is said.
  public static let standardReruns: Int32 = 3
}
