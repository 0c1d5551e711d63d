// Decides how a run is shown as a flow run of Prefect's.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Shape.FlowRunResponse {
  /// A run as it is now.
  ///
  /// - Parameter flowID: the flow that it is a run of.
  init(_ run: Run, flowID: UUIDValue) throws(PrefectFailure) {
    let state = Shape.State(of: run)
    self.init(
      id: try run.uuid, name: run.name, flowID: flowID, stateType: state.type)
    let times = run.times ?? Times()
    created = times.createTime.map(Instant.init)
    updated = state.timestamp
    stateID = state.id
    stateName = state.name
    self.state = state
    deploymentID = run.prefectDeploymentID.flatMap { UUIDValue(text: $0) }
    if deploymentID != nil, !run.definitionVersion.isEmpty {
      deploymentVersion = run.definitionVersion
    }
    // Programs that serve deployments in place have a pool to Martlet, and none to Prefect.
    if !run.pool.isEmpty, run.pool != PoolRules.servedPool {
      workQueueName = run.queue
      workPoolName = run.pool
    }
    infrastructurePid = run.value(.infrastructure)
    flowVersion = run.definitionVersion.isEmpty ? nil : run.definitionVersion
    parameters = run.parameters?.plain ?? .object([])
    idempotencyKey = run.value(.idempotencyKey)
    context = .object([])
    var policy = Shape.FlowRunPolicy(run.retry)
    policy.pauseKeys = run.pauses.map(\.key)
    if state.name == "AwaitingRetry", run.retry?.mode == .inProcess {
      policy.retryType = "in_process"
    }
    empiricalPolicy = policy
    tags = run.tags
    labels = run.prefectLabels
    parentTaskRunID = run.trackingID
    runCount = Int(run.attempt)
    nextScheduledStartTime = state.type == .scheduled ? state.stateDetails?.scheduledTime : nil
    let life = RunLife(run, now: .wallClock)
    expectedStartTime = life.expected
    startTime = life.start
    endTime = life.end
    totalRunTime = life.ran
    estimatedRunTime = life.runs
    estimatedStartTimeDelta = life.lateness
    autoScheduled = !run.scheduleID.isEmpty
    jobVariables = run.jobVariables?.plain ?? .object([])
  }
}

extension Run {
  /// The id as Prefect's bodies hold it.
  var uuid: UUIDValue {
    get throws(PrefectFailure) {
      guard let id = UUIDValue(text: id) else { throw PrefectFailure(500, "\(id) is no UUID") }
      return id
    }
  }
}

extension Shape.FlowRunPolicy {
  /// How a run is tried again, in Prefect's words.
  init(_ retry: MartletProto.RetryPolicy?) {
    self.init()
    retries = retry.map { Int($0.maxRetries) }
    retryDelay = retry.map { $0.delays.first.map { Int($0.seconds.rounded(.up)) } ?? 0 }
  }

  /// How Martlet tries a run again; nil for not at all. The process keeps the run, as Prefect's engine does.
  var retry: MartletProto.RetryPolicy? {
    // Nearly all runs have none, and their rows are plain.
    guard retries ?? 0 > 0 || retryDelay ?? 0 > 0 else { return nil }
    var retry = MartletProto.RetryPolicy()
    retry.maxRetries = Int32(clamping: max(0, retries ?? 0))
    retry.mode = .inProcess
    if let retryDelay, retryDelay > 0 { retry.delays = [.seconds(retryDelay)] }
    return retry
  }
}
