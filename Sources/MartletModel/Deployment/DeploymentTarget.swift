// Decides what a run of a deployment becomes: what the deployment says, under what is asked of the one run.

/// What of a deployment its new runs are made of: its current version, and where they wait.
public struct DeploymentTarget: Sendable, Equatable {
  /// The deployment.
  public var id: DeploymentID
  /// Its flow.
  public var flow: String
  /// Its name.
  public var name: String
  /// The current version.
  public var version: Int64
  /// What that version says.
  public var spec: DeploymentSpec
  /// The pool.
  public var poolID: PoolID
  /// The queue of the pool.
  public var queueID: QueueID

  /// Makes a target.
  public init(
    id: DeploymentID, flow: String, name: String, version: Int64, spec: DeploymentSpec,
    poolID: PoolID, queueID: QueueID
  ) {
    self.id = id
    self.flow = flow
    self.name = name
    self.version = version
    self.spec = spec
    self.poolID = poolID
    self.queueID = queueID
  }

  /// What is asked of one run.
  public struct Request: Sendable, Equatable {
    /// The run as it was sent; the deployment's fields are put under it.
    public var run: NewRun
    /// Whether it says itself what becomes of it when its owner is lost.
    public var hasLoss: Bool
    /// Values for the pool's template, over those of the deployment.
    public var jobVariables: JSONMembers
    /// The queue in which it waits instead of the deployment's.
    public var queueID: QueueID?
    /// The time of a schedule that it stands for.
    public var tick: Placement.Tick?
    /// The backfill that makes it.
    public var backfillID: BackfillID?
    /// What must happen before it is offered.
    public var gate: Placement.Gate

    /// Asks for a run.
    public init(
      _ run: NewRun, hasLoss: Bool = false, jobVariables: JSONMembers = JSONMembers(),
      queueID: QueueID? = nil, tick: Placement.Tick? = nil, backfillID: BackfillID? = nil,
      gate: Placement.Gate = .open
    ) {
      self.run = run
      self.hasLoss = hasLoss
      self.jobVariables = jobVariables
      self.queueID = queueID
      self.tick = tick
      self.backfillID = backfillID
      self.gate = gate
    }
  }

  /// Makes the run that is asked for.
  ///
  /// - Parameters:
  ///   - check: The check of this version's parameters.
  ///   - field: The path of the run in the request, for the errors.
  /// - Throws: `InvalidValue`; `ParameterFaults` with everything that is wrong with its parameters.
  public func run(
    _ request: Request, check: ParameterCheck, _ field: String
  ) throws -> NewRun {
    var run = request.run
    if run.kind != .flow {
      throw InvalidValue("\(field).kind", "must be FLOW with a deployment")
    }
    guard run.definition.isEmpty || run.definition == flow else {
      throw InvalidValue("\(field).definition", "is another than the deployment's: leave it out")
    }
    guard let sent = JSONMembers(text: run.parameters) else {
      throw InvalidValue("\(field).parameters", "is no JSON object")
    }
    try request.jobVariables.validate("\(field).job_variables")
    let parameters = spec.parameters.overlaid(by: sent)
    let faults = check.faults(in: parameters, "\(field).parameters")
    guard faults.isEmpty else { throw ParameterFaults(faults) }
    let variables = request.jobVariables.text
    run.sentDigest = ContentDigest(
      of: run, deployment: id, jobVariables: variables, queue: request.queueID)
    run.definition = flow
    if run.definitionVersion.isEmpty { run.definitionVersion = spec.versionName }
    run.parameters = parameters.text
    run.tags = spec.tags + run.tags.filter { !spec.tags.contains($0) }
    run.labels = spec.runLabels.merging(run.labels) { $1 }
    run.retry = run.retry ?? spec.retry
    run.timeout = run.timeout ?? spec.timeout
    if !request.hasLoss { run.loss = spec.loss }
    if run.limits.isEmpty { run.limits = spec.limits }
    run.placement = Placement(
      deploymentID: id, version: version, poolID: poolID, queueID: request.queueID ?? queueID,
      tick: request.tick,
      backfillID: request.backfillID, jobVariables: variables, workerLabels: spec.workerLabels,
      gate: request.gate)
    return run
  }
}
