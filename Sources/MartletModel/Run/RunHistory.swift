// Decides what is told of a run that ended elsewhere: the parts from which its rows are worked out.

/// A run of another server or system, with all that happened to it.
public struct RunHistory: Sendable, Equatable {
  /// The run.
  public var id: RunID
  /// The namespace that it comes into.
  public var namespace: Namespace
  /// What it was created with.
  public var content: NewRun
  /// The outermost enclosing run; nil when nobody said.
  public var rootID: RunID?
  /// When it was created.
  public var createTime: Instant
  /// When it first entered RUNNING; nil for what the entries say.
  public var startTime: Instant?
  /// When it ended; nil for what the entries say.
  public var endTime: Instant?
  /// How long it has been RUNNING in all; nil for what the entries say.
  public var runningTime: Interval?
  /// Its epoch; 0 for what the entries say.
  public var epoch: Int64
  /// The last consumed report of that epoch.
  public var lastSeq: Int64
  /// How often it entered RUNNING; 0 for what the entries say.
  public var attempt: Int32
  /// The process that had it last.
  public var executionID: ExecutionID?
  /// What ties it to a deployment; nil for a run of none.
  public var work: RunWork?
  /// What its pauses asked for and were given, oldest first; without namespace and time yet.
  public var pauses: [PauseWrite]
  /// Its states, oldest first; when their history is no longer kept, the last one alone.
  public var entries: [Entry]
  /// The revision of the last state when the history is no longer kept; nil when the entries are the whole of it.
  public var lostRevision: Int64?
  /// Who takes it in; nil when what is told names nobody else.
  public var importer: String?

  /// A state that it entered.
  public struct Entry: Sendable, Equatable {
    /// The state.
    public var state: RunState
    /// When it entered it.
    public var time: Instant
    /// When the reporter said it happened.
    public var observedTime: Instant?
    /// Its place in the history, from 1; 0 when nobody said.
    public var revision: Int64
    /// The type before; nil when nobody said.
    public var from: StateType?
    /// The epoch after it.
    public var epoch: Int64
    /// The process that reported it.
    public var executionID: ExecutionID?
    /// The report that asked for it; 0 for none.
    public var seq: Int64
    /// Why it replaced what was proposed; nil when it was as proposed.
    public var reason: Reason?
    /// What allowed it.
    public var rule: String
    /// Who caused it.
    public var actor: String

    /// Puts it together.
    public init(
      state: RunState, time: Instant, observedTime: Instant? = nil, revision: Int64 = 0,
      from: StateType? = nil, epoch: Int64 = 0, executionID: ExecutionID? = nil, seq: Int64 = 0,
      reason: Reason? = nil, rule: String = "any/import", actor: String
    ) {
      self.state = state
      self.time = time
      self.observedTime = observedTime
      self.revision = revision
      self.from = from
      self.epoch = epoch
      self.executionID = executionID
      self.seq = seq
      self.reason = reason
      self.rule = rule
      self.actor = actor
    }
  }

  /// Puts it together.
  public init(
    id: RunID, namespace: Namespace, content: NewRun, rootID: RunID? = nil, createTime: Instant,
    startTime: Instant? = nil, endTime: Instant? = nil, runningTime: Interval? = nil,
    epoch: Int64 = 0, lastSeq: Int64 = 0, attempt: Int32 = 0, executionID: ExecutionID? = nil,
    work: RunWork? = nil, pauses: [PauseWrite] = [], entries: [Entry], lostRevision: Int64? = nil,
    importer: String? = nil
  ) {
    self.id = id
    self.namespace = namespace
    self.content = content
    self.rootID = rootID
    self.createTime = createTime
    self.startTime = startTime
    self.endTime = endTime
    self.runningTime = runningTime
    self.epoch = epoch
    self.lastSeq = lastSeq
    self.attempt = attempt
    self.executionID = executionID
    self.work = work
    self.pauses = pauses
    self.entries = entries
    self.lostRevision = lostRevision
    self.importer = importer
  }
}
