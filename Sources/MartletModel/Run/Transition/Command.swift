// Decides what may be asked of a run: reports of its owner, and events from others.

/// One thing asked of one run; a batch is a list of them.
public enum Command: Sendable, Equatable {
  /// A create or a proposal, from a client.
  case report(Report)
  /// Someone asks the run to stop: `CancelRun`, or the cascade from its parent.
  case cancel(Cancellation)
  /// The reaper found the lease of the run's session lapsed.
  case sessionLapsed(SessionLapse)
  /// A due time of the run has passed: it is late, its timeout, pause or bound of CANCELLING is over.
  case dueTimePassed(RunID)
  /// The dispatcher offers the run to a worker: the claim, without an execution yet.
  case offer(Offer)
  /// An offer lapsed or was declined.
  case withdrawOffer(Offer)
  /// The dispatcher finds that the run is due and its deployment has as many runs as it may have.
  case hold(RunID)
  /// An operator asks the run to pause.
  case pause(PauseRequest)
  /// Someone ends the pause of the run.
  case resume(Resumption)
  /// An operator has the ended run tried again.
  case retry(RetryRequest)
  /// An operator gives the run a state.
  case setState(StateOverride)

  /// The run it is asked of.
  public var runID: RunID {
    switch self {
    case .report(let report): report.runID
    case .cancel(let cancellation): cancellation.runID
    case .sessionLapsed(let lapse): lapse.runID
    case .dueTimePassed(let id), .hold(let id): id
    case .offer(let offer), .withdrawOffer(let offer): offer.runID
    case .pause(let request): request.runID
    case .resume(let request): request.runID
    case .retry(let request): request.runID
    case .setState(let request): request.runID
    }
  }
}

/// A create or a proposal, the two reports that carry `seq`; or what is told of the past, which has an id instead.
public struct Report: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// The epoch the sender owns or would take; 0 with a create without execution.
  public var epoch: Int64
  /// The sender's process; nil only with a create that leaves the run unowned.
  public var executionID: ExecutionID?
  /// 1, 2, 3… within the epoch; 0 with a create without execution.
  public var seq: Int64
  /// The session that vouches for the sender; nil leaves the run unmonitored.
  public var sessionID: SessionID?
  /// The principal or service, for the audit trail.
  public var actor: String
  /// The sender's clock.
  public var observedTime: Instant?
  /// What is reported.
  public var item: Item

  /// What a report says.
  public enum Item: Sendable, Equatable {
    /// The run begins: SCHEDULED and unowned without an execution, born claimed and PENDING with one.
    indirect case create(NewRun)
    /// The sender asks for a transition.
    case propose(RunState)
    /// The sender tells what has happened: it asks nothing.
    indirect case tell(Tale)
  }

  /// What is told of the past.
  public struct Tale: Sendable, Equatable {
    /// What it is known by: a run is told each once.
    public var id: UUIDValue
    /// The run, for when it is not there yet; nil where it must be.
    public var run: NewRun?
    /// The state that it came to, at the report's `observedTime`.
    public var state: RunState

    /// Makes a tale.
    public init(id: UUIDValue, run: NewRun?, state: RunState) {
      self.id = id
      self.run = run
      self.state = state
    }
  }

  /// What is told, if anything is.
  public var tale: Tale? { if case .tell(let tale) = item { tale } else { nil } }

  /// The run that may begin with it.
  public var newRun: NewRun? {
    switch item {
    case .create(let run): run
    case .propose: nil
    case .tell(let tale): tale.run
    }
  }

  /// Makes a report.
  public init(
    namespace: Namespace, runID: RunID, epoch: Int64 = 0, executionID: ExecutionID? = nil,
    seq: Int64 = 0, sessionID: SessionID? = nil, actor: String, observedTime: Instant? = nil,
    item: Item
  ) {
    self.namespace = namespace
    self.runID = runID
    self.epoch = epoch
    self.executionID = executionID
    self.seq = seq
    self.sessionID = sessionID
    self.actor = actor
    self.observedTime = observedTime
    self.item = item
  }
}

/// A request to stop a run.
public struct Cancellation: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// Who asks.
  public var actor: String
  /// Why, for people.
  public var message: String
  /// How long a live owner has to stop before the run is Cancelled without it.
  public var bound: Interval
  /// Whether it is stopped only because the enclosing run is.
  public var isForParent: Bool

  /// The bound when none is asked for.
  public static let standardBound = Interval.seconds(30)

  /// Makes a request.
  public init(
    namespace: Namespace, runID: RunID, actor: String, message: String = "",
    bound: Interval = Cancellation.standardBound, isForParent: Bool = false
  ) {
    self.namespace = namespace
    self.runID = runID
    self.actor = actor
    self.message = message
    self.bound = bound
    self.isForParent = isForParent
  }
}

/// A lapsed lease, for one of the runs its session held.
public struct SessionLapse: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The session whose lease lapsed; a run that has moved to another is left alone.
  public var sessionID: SessionID

  /// Makes a lapse.
  public init(runID: RunID, sessionID: SessionID) {
    self.runID = runID
    self.sessionID = sessionID
  }
}

/// An offer of a run to a worker.
public struct Offer: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// The session of the worker; nil when it has none.
  public var sessionID: SessionID?
  /// The epoch the offer made; withdrawing another one changes nothing. Ignored when offering.
  public var epoch: Int64
  /// The mark of the hold under which the run was taken to be offered: it is offered only while that lasts. Nil when
  /// nothing was taken.
  public var hold: Instant?

  /// Makes an offer.
  public init(runID: RunID, sessionID: SessionID?, epoch: Int64 = 0, hold: Instant? = nil) {
    self.runID = runID
    self.sessionID = sessionID
    self.epoch = epoch
    self.hold = hold
  }
}
