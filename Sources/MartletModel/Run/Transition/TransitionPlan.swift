// Decides what a batch hands back to the store: rows to write, as plain arrays, and an answer to each
// command.

/// All that a batch of commands comes to.
///
/// Written in one transaction: inserts, updates, history, refusals, claims and due rows. Every run
/// appears at most once in `inserts` or `updates`, with its final row.
public struct TransitionPlan: Sendable, Equatable {
  /// An answer for each command, in the order of the commands.
  public var results: [CommandResult] = []
  /// Runs that begin, in id order.
  public var inserts: [RunInsert] = []
  /// Runs that change, in id order.
  public var updates: [RunUpdate] = []
  /// History rows, in the order they happened.
  public var transitions: [Transition] = []
  /// Refusals that consumed a seq, kept to be answered again.
  public var refusals: [Refusal] = []
  /// Claims that begin: these sessions now hold these runs.
  public var claimsAdded: [Claim] = []
  /// Claims that end.
  public var claimsRemoved: [Claim] = []
  /// Due rows to set (replacing the run's row).
  public var dueSet: [DueTime] = []
  /// Runs whose due row goes.
  public var dueCleared: [RunID] = []
  /// Pauses that have a schema or an input, each at most once.
  public var pauses: [PauseWrite] = []
  /// Runs whose earlier pauses are forgotten, before `pauses` is written.
  public var pausesForgotten: [RunID] = []
  /// What later batches must do because of this one.
  public var followUps: [FollowUp] = []
  /// Leases of slots that are their runs' from now on, as long as these go on.
  public var slotsTaken: [SlotTaking] = []
  /// Runs that give back every slot and leave every line, after `slotsTaken` is written.
  public var slotsReleased: [RunID] = []
  /// What the limits are to be asked for, before `undecided` is put again.
  public var slotRequests: [RunSlotRequest] = []
  /// The places of commands that wait for an answer of the limits, in order; their results say nothing.
  public var undecided: [Int] = []
}

extension TransitionPlan {
  /// Which of some runs somebody else took from the execution that had them, rather than that giving them back.
  ///
  /// - Parameter lost: Runs whose session has them no more after this, as they were.
  public func taken(of lost: [RunSnapshot]) -> [RunSnapshot] {
    var owners: [RunID: ExecutionID] = [:]
    for run in lost { owners[run.id] = run.executionID }
    guard !owners.isEmpty else { return [] }
    for entry in transitions where entry.to.type != .running && entry.to.type != .cancelling {
      if let execution = entry.executionID, owners[entry.runID] == execution {
        owners[entry.runID] = nil
      }
    }
    return lost.filter { owners[$0.id] != nil }
  }
}

/// The answer to one command.
public struct CommandResult: Sendable, Equatable {
  /// The answer.
  public var outcome: Outcome
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
  /// Where in `TransitionPlan.transitions` the transition it caused is; nil when it caused none.
  public var transition: Int?
  /// The line that the run stands in, when it waits for slots.
  public var line: SlotLine?
}

/// A run that begins: both of its rows.
public struct RunInsert: Sendable, Equatable {
  /// The narrow row, as it is after every command of the batch.
  public var state: RunSnapshot
  /// The wide row, its name filled in.
  public var run: NewRun
  /// When it was created.
  public var createTime: Instant
  /// Which command created it.
  public var command: Int

  /// A run that some command, or whatever stands at that place, begins.
  public init(state: RunSnapshot, run: NewRun, createTime: Instant, command: Int) {
    self.state = state
    self.run = run
    self.createTime = createTime
    self.command = command
  }
}

/// A run that changes: its narrow row.
public struct RunUpdate: Sendable, Equatable {
  /// The row as it shall be.
  public var state: RunSnapshot
  /// The revision the row must still have.
  public var expectedRevision: Int64
  /// The last consumed seq the row must still have: a refusal consumes one without a new revision.
  public var expectedLastSeq: Int64
}

/// A row of the history: one accepted transition, which is also the event of it.
public struct Transition: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The run's namespace.
  public var namespace: Namespace
  /// 1 for the creation, then one more for each.
  public var revision: Int64
  /// The state left; nil for the creation.
  public var from: StateType?
  /// The name of the state left; empty for the creation.
  public var fromName: String
  /// The state entered.
  public var to: RunState
  /// The epoch after it.
  public var epoch: Int64
  /// The execution that reported it; nil when someone else caused it.
  public var executionID: ExecutionID?
  /// The seq it consumed; nil when someone else caused it.
  public var seq: Int64?
  /// The id of what was told; nil when nothing was.
  public var reportID: UUIDValue?
  /// `.accepted` or `.replaced`.
  public var verdict: Verdict
  /// The row of the state machine that decided.
  public var rule: String
  /// Principal or service.
  public var actor: String
  /// When it happened, by the database's clock; strictly later than the run's last.
  public var time: Instant
  /// When the reporter says it happened.
  public var observedTime: Instant?
  /// The run count after it.
  public var attempt: Int32

  /// Makes a history row of every column.
  public init(
    runID: RunID, namespace: Namespace, revision: Int64, from: StateType?, fromName: String,
    to: RunState, epoch: Int64, executionID: ExecutionID?, seq: Int64?,
    reportID: UUIDValue? = nil, verdict: Verdict, rule: String, actor: String, time: Instant,
    observedTime: Instant?, attempt: Int32
  ) {
    self.runID = runID
    self.namespace = namespace
    self.revision = revision
    self.from = from
    self.fromName = fromName
    self.to = to
    self.epoch = epoch
    self.executionID = executionID
    self.seq = seq
    self.reportID = reportID
    self.verdict = verdict
    self.rule = rule
    self.actor = actor
    self.time = time
    self.observedTime = observedTime
    self.attempt = attempt
  }
}

/// A refusal that consumed a seq.
public struct Refusal: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The run's namespace.
  public var namespace: Namespace
  /// The epoch.
  public var epoch: Int64
  /// The seq it consumed.
  public var seq: Int64
  /// The execution that was refused.
  public var executionID: ExecutionID
  /// Why.
  public var reason: Reason
  /// The row of the state machine that decided.
  public var rule: String
  /// The type that was proposed.
  public var proposed: StateType
  /// When.
  public var time: Instant
}

/// A session holds a run: what the reaper walks when the session's lease lapses.
public struct Claim: Sendable, Hashable {
  /// The session.
  public var sessionID: SessionID
  /// The run.
  public var runID: RunID

  /// Makes a claim.
  public init(sessionID: SessionID, runID: RunID) {
    self.sessionID = sessionID
    self.runID = runID
  }
}

/// A time at which the server must look at a run.
public struct DueTime: Sendable, Hashable {
  /// The run.
  public var runID: RunID
  /// When.
  public var time: Instant
  /// The state it waits in.
  public var stateType: StateType

  /// Makes a due time.
  public init(runID: RunID, time: Instant, stateType: StateType) {
    self.runID = runID
    self.time = time
    self.stateType = stateType
  }
}

/// A lease of slots becomes its run's.
public struct SlotTaking: Sendable, Equatable {
  /// The lease.
  public var lease: LeaseID
  /// The epoch of the run.
  public var epoch: Int64

  /// Takes a lease.
  public init(lease: LeaseID, epoch: Int64) {
    self.lease = lease
    self.epoch = epoch
  }
}

/// What is kept of a pause beside the history.
public struct PauseWrite: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// The key of the pause; may be empty.
  public var key: String
  /// The JSON schema of the input; nil leaves what is kept.
  public var inputSchema: String?
  /// The input, JSON text; nil leaves what is kept.
  public var input: String?
  /// When.
  public var time: Instant

  /// Keeps a pause.
  public init(
    runID: RunID, namespace: Namespace, key: String, inputSchema: String? = nil,
    input: String? = nil, time: Instant
  ) {
    self.runID = runID
    self.namespace = namespace
    self.key = key
    self.inputSchema = inputSchema
    self.input = input
    self.time = time
  }
}

/// What a later batch must do because of this one.
public enum FollowUp: Sendable, Equatable {
  /// The children of the run are to be cancelled.
  case cancelChildren(of: RunID, namespace: Namespace, actor: String, bound: Interval)
}
