// Decides what a run is created with: the wide row that never changes but for labels.

/// What a run is created with (`run`, the wide row).
public struct NewRun: Sendable, Equatable {
  /// Flow, task or step.
  public var kind: RunKind
  /// The name people see; empty to have one made from the id.
  public var name: String
  /// The flow or task it is a run of.
  public var definition: String
  /// The version of that definition; may be empty.
  public var definitionVersion: String
  /// The enclosing run; nil at the root.
  public var parentID: RunID?
  /// When it may start; nil for at once.
  public var dueTime: Instant?
  /// Parameters, a JSON object as text; empty for none.
  public var parameters: String
  /// Edges into this run.
  public var dependencies: [Dependency]
  /// Labels, for filters.
  public var labels: [String: String]
  /// Tags, for filters and limits.
  public var tags: [String]
  /// How long it may run; nil for ever.
  public var timeout: Interval?
  /// How it is tried again after it failed; nil for not at all.
  public var retry: RetryPolicy?
  /// What becomes of it when its owner is lost.
  public var loss: LossPolicy
  /// Slots that it needs while it is RUNNING.
  public var limits: [SlotNeed]
  /// How often its owner will heartbeat when it has no session; nil leaves such a run unmonitored.
  public var heartbeatInterval: Interval?
  /// Principal, schedule, automation or parent that made it.
  public var createdBy: String
  /// The W3C trace context; may be empty.
  public var traceParent: String
  /// The deployment that it is a run of, and where it waits for a worker; nil for a run that nobody is offered.
  public var placement: Placement?
  /// What tells its create from another of the same id, when that is not all of the above: what a deployment adds may
  /// have changed when the create is repeated.
  public var sentDigest: ContentDigest?

  /// An edge of the run graph.
  public struct Dependency: Sendable, Equatable {
    /// The run whose end or result this one needs.
    public var runID: RunID
    /// The parameter it feeds; empty for mere order.
    public var parameter: String
    /// Whether data flows along the edge.
    public var isData: Bool

    /// Makes an edge.
    public init(runID: RunID, parameter: String = "", isData: Bool = false) {
      self.runID = runID
      self.parameter = parameter
      self.isData = isData
    }
  }

  /// Makes the content of a run.
  public init(
    kind: RunKind, name: String = "", definition: String, definitionVersion: String = "",
    parentID: RunID? = nil, dueTime: Instant? = nil, parameters: String = "",
    dependencies: [Dependency] = [], labels: [String: String] = [:], tags: [String] = [],
    timeout: Interval? = nil, retry: RetryPolicy? = nil, loss: LossPolicy = .crash,
    limits: [SlotNeed] = [], heartbeatInterval: Interval? = nil, createdBy: String = "",
    traceParent: String = "", placement: Placement? = nil, sentDigest: ContentDigest? = nil
  ) {
    self.kind = kind
    self.name = name
    self.definition = definition
    self.definitionVersion = definitionVersion
    self.parentID = parentID
    self.dueTime = dueTime
    self.parameters = parameters
    self.dependencies = dependencies
    self.labels = labels
    self.tags = tags
    self.timeout = timeout
    self.retry = retry
    self.loss = loss
    self.limits = limits
    self.heartbeatInterval = heartbeatInterval
    self.createdBy = createdBy
    self.traceParent = traceParent
    self.placement = placement
    self.sentDigest = sentDigest
  }

  /// What of it its transitions depend on.
  public var policy: RunPolicy {
    RunPolicy(
      retry: retry, timeout: timeout, loss: loss, limits: limits, tags: tags,
      isPlaced: placement != nil)
  }
}
