// Decides what of a run's message and its transitions is taken when the run comes in from elsewhere: all that the server
// would tell of it, its states as they were kept.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletModel.RunHistory {
  /// What is told of a run that ended elsewhere.
  ///
  /// - Parameter actor: Who imports.
  /// - Throws: `InvalidValue`, whose field is relative to the history.
  init(
    _ history: MartletProto.RunHistory, in namespace: Namespace, actor: String
  ) throws(InvalidValue) {
    guard var run = history.run else { throw InvalidValue("run", "is required") }
    guard run.namespace.isEmpty || run.namespace == namespace.name else {
      throw InvalidValue("run.namespace", "is another than the request's")
    }
    guard let createTime = run.times?.createTime else {
      throw InvalidValue("run.times.create_time", "is required")
    }
    var entries: [Entry] = []
    for (index, transition) in history.transitions.enumerated() {
      entries.append(
        try Entry(transition, of: run, "transitions[\(index)]", importer: actor))
    }
    if entries.isEmpty, let state = run.state {
      entries = [try Entry(state, "run.state", actor: actor)]
    }
    run.state = nil
    var content = try NewRun(run, "run", actor: run.createdBy.isEmpty ? actor : run.createdBy)
    content.dueTime = run.times?.expectedTime.map { Instant($0) }
    var pauses: [PauseWrite] = []
    let id = try RunID(required: run.id, "run.id")
    for (index, pause) in run.pauses.enumerated() {
      let field = "run.pauses[\(index)]"
      pauses.append(
        PauseWrite(
          runID: id, namespace: namespace, key: pause.key,
          inputSchema: try pause.inputSchema?.jsonText("\(field).input_schema"),
          input: try pause.input?.jsonText("\(field).input"), time: .epoch))
    }
    self.init(
      id: id, namespace: namespace, content: content,
      rootID: try RunID(optional: run.rootID, "run.root_id"), createTime: Instant(createTime),
      startTime: run.times?.startTime.map { Instant($0) },
      endTime: run.times?.endTime.map { Instant($0) },
      runningTime: run.times?.runningTime.map { Interval($0) }, epoch: run.epoch,
      lastSeq: run.seq, attempt: run.attempt,
      executionID: try ExecutionID(optional: run.executionID, "run.execution_id"),
      work: try RunWork(run), pauses: pauses, entries: entries,
      lostRevision: history.transitions.isEmpty ? run.revision : nil,
      importer: history.names(othersThan: actor) ? actor : nil)
  }
}

extension MartletProto.RunHistory {
  /// Whether it says that somebody else than the caller made the run or moved it.
  fileprivate func names(othersThan caller: String) -> Bool {
    func isOther(_ name: String) -> Bool { !name.isEmpty && name != caller }
    return isOther(run?.createdBy ?? "") || transitions.contains { isOther($0.actor) }
  }
}

extension MartletModel.RunHistory.Entry {
  fileprivate init(
    _ transition: MartletProto.Transition, of run: Run, _ field: String, importer: String
  ) throws(InvalidValue) {
    guard transition.runID.isEmpty || transition.runID == run.id else {
      throw InvalidValue("\(field).run_id", "is that of another run")
    }
    guard let state = transition.to else { throw InvalidValue("\(field).to", "is required") }
    try self.init(
      state, "\(field).to", actor: transition.actor.isEmpty ? importer : transition.actor)
    revision = transition.revision
    if transition.from != .unspecified {
      guard let type = MartletModel.StateType(transition.from) else {
        throw InvalidValue("\(field).from", "is none of the nine state types")
      }
      from = type
    }
    epoch = transition.epoch
    executionID = try ExecutionID(optional: transition.executionID, "\(field).execution_id")
    seq = transition.seq
    if transition.verdict == .replaced { reason = Reason(rawValue: transition.reason) }
    if !transition.rule.isEmpty { rule = transition.rule }
  }

  fileprivate init(
    _ state: MartletProto.State, _ field: String, actor: String
  ) throws(InvalidValue) {
    guard let time = state.time else { throw InvalidValue("\(field).time", "is required") }
    self.init(
      state: try RunState(kept: state, field), time: Instant(time),
      observedTime: state.observedTime.map { Instant($0) }, actor: actor)
  }
}

extension RunWork {
  /// What ties a run to its deployment; nil for a run of none.
  fileprivate init?(_ run: Run) throws(InvalidValue) {
    guard let deployment = try DeploymentID(optional: run.deploymentID, "run.deployment_id") else {
      return nil
    }
    var tick: Placement.Tick?
    if let schedule = try ScheduleID(optional: run.scheduleID, "run.schedule_id") {
      guard let time = run.scheduleTime else {
        throw InvalidValue("run.schedule_time", "is required with a schedule")
      }
      tick = Placement.Tick(scheduleID: schedule, time: Instant(time))
    }
    self.init(
      deploymentID: deployment, version: run.deploymentVersion, pool: run.pool, queue: run.queue,
      tick: tick, backfillID: try BackfillID(optional: run.backfillID, "run.backfill_id"),
      jobVariables: try run.jobVariables?.jsonText("run.job_variables") ?? "",
      worker: run.worker)
  }
}

extension RunState {
  /// A state as a server kept it, with what only a server says of states.
  ///
  /// - Throws: `InvalidValue` when the type is missing or the detail belongs to another type.
  fileprivate init(kept state: MartletProto.State, _ field: String) throws(InvalidValue) {
    try self.init(proposed: state, field)
    switch (detail, state.detail) {
    case (.scheduled(var scheduled), .scheduled(let kept)):
      scheduled.cause = try Self.cause(kept, field)
      detail = .scheduled(scheduled)
    case (.cancelling, .cancelling(let kept)):
      detail = .cancelling(deadline: kept.untilTime.map { Instant($0) })
    case (.crashed(var crashed), .crashed(let kept)):
      crashed.isPresumptive = kept.presumptive
      detail = .crashed(crashed)
    default: break
    }
  }

  private static func cause(
    _ scheduled: MartletProto.Scheduled, _ field: String
  ) throws(InvalidValue) -> Scheduled.Cause? {
    var state = MartletProto.State()
    switch scheduled.cause {
    case .failed(let failed)?:
      state.type = .failed
      state.detail = .failed(failed)
    case .crashed(let crashed)?:
      state.type = .crashed
      state.detail = .crashed(crashed)
    case nil: return nil
    }
    let cause = try RunState(kept: state, "\(field).scheduled")
    try cause.validate("\(field).scheduled")
    switch cause.detail {
    case .failed(let failed): return .failed(failed)
    case .crashed(let crashed): return .crashed(crashed)
    default: return nil
    }
  }
}
