// Decides what the store answers to a command: final, with duplicates looked up.

public import MartletModel

/// The answer to one command of a batch.
public struct CommandAnswer: Sendable, Equatable {
  /// What came of it.
  public enum Result: Sendable, Equatable {
    /// It was decided, now or, if `isDuplicate`, when this seq was reported first.
    case verdict(Verdict, isDuplicate: Bool)
    /// A create of a run that exists with the same content.
    case existing
    /// Nothing was to be done.
    case unchanged
    /// It could not be decided; repeating it will not help.
    case failure(CommandError)
    /// The run is locked by someone who does not let go: repeat after the pause.
    case unavailable(retryAfter: Duration)
  }

  /// What came of it.
  public var result: Result
  /// The row of the state machine that decided; empty when none did.
  public var rule: String
  /// The type of the run's state after it; nil when there is no such run.
  public var stateType: StateType?
  /// The name of the run's state after it.
  public var stateName: String
  /// The run's epoch after it.
  public var epoch: Int64
  /// The run's revision after it.
  public var revision: Int64
  /// The state that the transition of this command led to, with its data; nil when it caused none.
  public var state: RunState?
  /// When that transition happened.
  public var time: Instant?
  /// The line that the run stands in, when it waits for slots.
  public var line: SlotLine?

  /// An answer without a run behind it.
  public init(_ result: Result) {
    self.result = result
    rule = ""
    stateName = ""
    epoch = 0
    revision = 0
  }
}
