// Decides what a run carries from state to state beside the state: what was counted and what was
// promised. Most runs carry nothing.

/// What a run remembers of its earlier states.
public struct RunTally: Sendable, Equatable {
  /// How often its policy has tried it again since it began or an operator did.
  public var retries: Int32 = 0
  /// How often it was run again because its owner was lost.
  public var losses: Int32 = 0
  /// What its next start is.
  public var restart: Restart?
  /// The execution that let it go in this epoch by a report of its own: it may hear its answers again.
  public var released: ExecutionID?
  /// The keys of the pauses that were resumed: they do not pause again.
  public var resumedKeys: [String] = []
  /// The key of the pause it is in.
  public var pauseKey = ""
  /// The due time it had when it was paused.
  public var keptDue: Instant?
  /// Whether it was paused while RUNNING by a process that waits, and goes on from there.
  public var isMidway = false
  /// Whether an operator asked for the pause, until it is RUNNING again: its process may never have waited.
  public var isPauseAsked = false
  /// Whether it holds slots of limits.
  public var holdsSlots = false
  /// When the last state that was told happened; nil for a run of which nothing was told.
  public var toldTime: Instant?
  /// When an operator last put it back for whoever begins it anew: what happened before is told too late.
  public var orderTime: Instant?
  /// Whose word its state is, when something was told of it; nil for the server's.
  public var word: Word?

  /// Whose word a state is that may be said otherwise by what is told.
  ///
  /// The numbers are stored in SQL: never change or reuse one.
  public enum Word: Int16, Sendable, Hashable {
    /// It was told.
    case teller = 1
    /// The server concluded it from the stop of the enclosing run, or from silence after it was told that the run stops.
    case parent = 2
  }

  /// What a start is that is not the first.
  ///
  /// The numbers are stored in SQL: never change or reuse one.
  public enum Restart: Int16, Sendable, Hashable {
    /// A retry that the run's policy asked for.
    case retry = 1
    /// A run that an operator, or the loss of its owner, made anew.
    case rerun = 2

    /// The name of RUNNING after it, unless the client gives one.
    public var stateName: String {
      switch self {
      case .retry: "Retrying"
      case .rerun: "Rerunning"
      }
    }
  }

  /// Nothing to remember.
  public init() {}
}
