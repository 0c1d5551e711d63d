// Decides what the store locks and hands in: the narrow row of a run, all that a decision may rest on.

/// The narrow, often updated row of a run as it is under its lock (`run_state`).
///
/// `id`, `namespace`, `kind`, `parentID`, `rootID`, `contentDigest` and `policy` never change after creation.
public struct RunSnapshot: Sendable, Equatable {
  /// The run.
  public var id: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// Its kind.
  public var kind: RunKind
  /// The enclosing run.
  public var parentID: RunID?
  /// The outermost run; the run itself at the root.
  public var rootID: RunID
  /// The digest of what it was created with: a repeated create must have the same.
  public var contentDigest: ContentDigest

  /// The type of its state.
  public var stateType: StateType
  /// The name of its state.
  public var stateName: String
  /// Raised each time someone takes the run; 0 until then.
  public var epoch: Int64
  /// The process that owns it; kept after the end, nil when unowned or offered and not yet bound.
  public var executionID: ExecutionID?
  /// The session whose lease vouches for the owner; nil when unmonitored. Kept after a crash.
  public var sessionID: SessionID?
  /// The last consumed seq of this epoch.
  public var lastSeq: Int64
  /// Raised by every transition; keys the history.
  public var revision: Int64
  /// How often it entered RUNNING.
  public var attempt: Int32

  /// When it first entered RUNNING.
  public var startTime: Instant?
  /// When it ended.
  public var endTime: Instant?
  /// When its last transition happened; later ones are strictly later.
  public var transitionTime: Instant
  /// Time spent RUNNING, up to `transitionTime`.
  public var runningTime: Interval
  /// Whether it is CRASHED only by a lapsed lease, so that its owner may still say otherwise.
  public var isPresumptive: Bool
  /// SCHEDULED and PENDING: when it may run, nil for at once. RUNNING: when the server ends it, nil for
  /// never. PAUSED: when the pause fails. CANCELLING: when it becomes Cancelled by itself. Nil in all
  /// other states.
  public var dueTime: Instant?

  private var boxedPolicy: Boxed<RunPolicy>?
  private var boxedTally: Boxed<RunTally>?

  /// What it was created with that its transitions depend on.
  public var policy: RunPolicy {
    get { boxedPolicy?.value ?? .plain }
    set { boxedPolicy = newValue == .plain ? nil : .holding(newValue) }
  }

  /// What it carries from state to state beside the state.
  public var tally: RunTally {
    get { boxedTally?.value ?? RunTally() }
    set { boxedTally = newValue == RunTally() ? nil : .holding(newValue) }
  }

  /// Whether its policy is that of a run that asks for nothing.
  public var isPlain: Bool { boxedPolicy == nil }

  /// Whether it carries nothing from state to state.
  public var isUntallied: Bool { boxedTally == nil }

  /// Makes a snapshot of every column.
  public init(
    id: RunID, namespace: Namespace, kind: RunKind, parentID: RunID?, rootID: RunID,
    contentDigest: ContentDigest, stateType: StateType, stateName: String, epoch: Int64,
    executionID: ExecutionID?, sessionID: SessionID?, lastSeq: Int64, revision: Int64,
    attempt: Int32, startTime: Instant?, endTime: Instant?, transitionTime: Instant,
    runningTime: Interval, isPresumptive: Bool, dueTime: Instant?,
    policy: RunPolicy = .plain, tally: RunTally = RunTally()
  ) {
    self.id = id
    self.namespace = namespace
    self.kind = kind
    self.parentID = parentID
    self.rootID = rootID
    self.contentDigest = contentDigest
    self.stateType = stateType
    self.stateName = stateName
    self.epoch = epoch
    self.executionID = executionID
    self.sessionID = sessionID
    self.lastSeq = lastSeq
    self.revision = revision
    self.attempt = attempt
    self.startTime = startTime
    self.endTime = endTime
    self.transitionTime = transitionTime
    self.runningTime = runningTime
    self.isPresumptive = isPresumptive
    self.dueTime = dueTime
    self.policy = policy
    self.tally = tally
  }
}
