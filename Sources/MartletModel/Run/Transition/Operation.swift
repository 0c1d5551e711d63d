// Decides what operators may ask of a run beside stopping it.

/// A request to pause a run: `PauseRun`.
public struct PauseRequest: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// Who asks.
  public var actor: String
  /// Why, for people.
  public var message: String
  /// After which time the pause fails the run; nil for never.
  public var timeout: Interval?

  /// Makes a request.
  public init(
    namespace: Namespace, runID: RunID, actor: String, message: String = "",
    timeout: Interval? = nil
  ) {
    self.namespace = namespace
    self.runID = runID
    self.actor = actor
    self.message = message
    self.timeout = timeout
  }
}

/// The end of a pause, with what it waited for: `ResumeRun`.
public struct Resumption: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// Who asks.
  public var actor: String
  /// Why, for people.
  public var message: String
  /// The input, JSON text; nil for none.
  public var input: String?
  /// The revision of the pause that the input was checked for: at another it is not decided.
  public var revision: Int64

  /// Makes a request.
  public init(
    namespace: Namespace, runID: RunID, actor: String, message: String = "", input: String? = nil,
    revision: Int64
  ) {
    self.namespace = namespace
    self.runID = runID
    self.actor = actor
    self.message = message
    self.input = input
    self.revision = revision
  }
}

/// A request to try an ended run again: `RetryRun`.
public struct RetryRequest: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// Who asks.
  public var actor: String
  /// Why, for people.
  public var message: String
  /// Whether a run that ended well is tried again too.
  public var isForced: Bool
  /// When it is to start; one that waits already waits for that instead. Nil for at once, which moves nothing that waits.
  public var dueTime: Instant?
  /// The name of its state; nil for the usual one.
  public var name: String?
  /// What is kept with the state; see ``RunState/annotations``.
  public var annotations: String

  /// Makes a request.
  public init(
    namespace: Namespace, runID: RunID, actor: String, message: String = "",
    isForced: Bool = false, dueTime: Instant? = nil, name: String? = nil, annotations: String = ""
  ) {
    self.namespace = namespace
    self.runID = runID
    self.actor = actor
    self.message = message
    self.isForced = isForced
    self.dueTime = dueTime
    self.name = name
    self.annotations = annotations
  }
}

extension RetryRequest {
  /// The state in which a run that waits waits for another time.
  var state: RunState {
    var state = RunState(
      .scheduled(RunState.Scheduled(dueTime: dueTime, reason: "RESCHEDULED")), name: name ?? "",
      message: message)
    state.annotations = annotations
    return state
  }
}

/// A state that an operator gives a run: `SetRunState`.
public struct StateOverride: Sendable, Equatable {
  /// The namespace of the run.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// Who asks.
  public var actor: String
  /// The state.
  public var state: RunState
  /// Whether it is set whatever the run is in and whoever owns it.
  public var isForced: Bool

  /// Makes a request.
  public init(
    namespace: Namespace, runID: RunID, actor: String, state: RunState, isForced: Bool = false
  ) {
    self.namespace = namespace
    self.runID = runID
    self.actor = actor
    self.state = state
    self.isForced = isForced
  }
}

extension Command {
  /// Checks what an operator asks.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  public func validateOperation() throws(InvalidValue) {
    switch self {
    case .pause(let request):
      try InvalidValue.check(request.actor, "actor", limit: RunLimits.name)
      try InvalidValue.check(request.message, "message", limit: RunLimits.message)
      if let timeout = request.timeout,
        !(Interval.zero...RetryPolicy.longestDelay).contains(timeout)
      {
        throw InvalidValue("max_wait", "must be from 0 s to 30 days")
      }
    case .resume(let request):
      try InvalidValue.check(request.actor, "actor", limit: RunLimits.name)
      try InvalidValue.check(request.message, "message", limit: RunLimits.message)
      try InvalidValue.check(request.input ?? "", "input", limit: RunLimits.inline)
    case .retry(let request):
      try InvalidValue.check(request.actor, "actor", limit: RunLimits.name)
      try InvalidValue.check(request.message, "message", limit: RunLimits.message)
      try request.state.validate("state")
    case .setState(let request):
      try InvalidValue.check(request.actor, "actor", limit: RunLimits.name)
      try request.state.validate("state")
    case .report, .cancel, .sessionLapsed, .dueTimePassed, .offer, .withdrawOffer, .hold: break
    }
  }
}
