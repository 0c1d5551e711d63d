// Decides how a stored run is shown.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension Run {
  /// A run as it is stored.
  init(_ record: RunRecord) {
    self.init()
    let content = record.content
    let snapshot = record.snapshot
    id = snapshot.id.description
    namespace = snapshot.namespace.name
    kind = content.kind == .flow ? .flow : .task
    name = content.name
    definition = content.definition
    definitionVersion = content.definitionVersion
    parentID = content.parentID?.description ?? ""
    rootID = snapshot.rootID.description
    state = record.state.proto(at: snapshot.transitionTime, observedTime: record.observedTime)
    epoch = snapshot.epoch
    seq = snapshot.lastSeq
    attempt = snapshot.attempt
    parameters = content.parameters.isEmpty ? nil : JSONObject(stored: content.parameters)
    dependencies = content.dependencies.map {
      MartletProto.Dependency(runID: $0.runID.description, parameter: $0.parameter)
    }
    labels = content.labels
    tags = content.tags
    retry = content.retry?.proto
    timeout = content.timeout?.duration
    loss = content.loss.proto
    limits = content.limits.map(\.proto)
    pauses = record.pauses.map { pause in
      MartletProto.RunPause(
        key: pause.key, inputSchema: pause.inputSchema.flatMap { JSONObject(stored: $0) },
        input: pause.input.flatMap { JSONValue(stored: $0) })
    }
    createdBy = content.createdBy
    importedBy = record.importer ?? ""
    traceParent = content.traceParent
    etag = "\(record.etag)"
    revision = snapshot.revision
    executionID = snapshot.executionID?.description ?? ""
    sessionID = snapshot.sessionID?.description ?? ""
    var times = Times()
    times.createTime = record.createTime.timestamp
    times.expectedTime = content.dueTime?.timestamp
    times.startTime = snapshot.startTime?.timestamp
    times.endTime = snapshot.endTime?.timestamp
    if snapshot.runningTime > .zero { times.runningTime = snapshot.runningTime.duration }
    self.times = times
    if let work = record.work { take(work) }
  }

  private mutating func take(_ work: RunWork) {
    deploymentID = work.deploymentID.description
    deploymentVersion = work.version
    pool = work.pool
    queue = work.queue
    scheduleID = work.tick?.scheduleID.description ?? ""
    scheduleTime = work.tick?.time.timestamp
    backfillID = work.backfillID?.description ?? ""
    jobVariables = work.jobVariables.isEmpty ? nil : JSONObject(stored: work.jobVariables)
    worker = work.worker
  }
}

extension MartletProto.Transition {
  /// An entry of a history.
  init(_ transition: MartletModel.Transition) {
    self.init()
    runID = transition.runID.description
    revision = transition.revision
    epoch = transition.epoch
    executionID = transition.executionID?.description ?? ""
    from = transition.from?.proto ?? .unspecified
    to = transition.to.proto(at: transition.time, observedTime: transition.observedTime)
    rule = transition.rule
    actor = transition.actor
    seq = transition.seq ?? 0
    verdict = MartletProto.Verdict.Code(rawValue: Int32(transition.verdict.code.rawValue))
  }
}

/// An etag of the contract; nil when the caller gave none.
func etag(_ text: String, _ field: String) throws(InvalidValue) -> Int64? {
  if text.isEmpty { return nil }
  guard let value = Int64(text) else {
    throw InvalidValue(field, "is none that this server gave: read again and decide anew")
  }
  return value
}
