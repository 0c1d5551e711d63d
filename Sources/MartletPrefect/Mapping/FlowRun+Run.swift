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
    deploymentID = UUIDValue(text: run.deploymentID)
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
    empiricalPolicy = Shape.FlowRunPolicy(run.retry)
    tags = run.tags
    labels = run.prefectLabels
    parentTaskRunID = run.trackingID
    runCount = Int(run.attempt)
    expectedStartTime = (times.expectedTime ?? times.createTime).map(Instant.init)
    nextScheduledStartTime = state.type == .scheduled ? state.stateDetails?.scheduledTime : nil
    startTime = times.startTime.map(Instant.init)
    endTime = times.endTime.map(Instant.init)
    totalRunTime = times.runningTime?.seconds ?? 0
    estimatedRunTime = totalRunTime
    estimatedStartTimeDelta = 0
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
    retryDelay = retry?.delays.first.map { Int($0.seconds.rounded(.up)) }
  }

  /// How Martlet tries a run again; nil for not at all. The process keeps the run, as Prefect's engine does.
  var retry: MartletProto.RetryPolicy? {
    guard let retries, retries > 0 else { return nil }
    var retry = MartletProto.RetryPolicy()
    retry.maxRetries = Int32(clamping: retries)
    retry.mode = .inProcess
    if let retryDelay, retryDelay > 0 { retry.delays = [.seconds(retryDelay)] }
    return retry
  }
}
