// Decides which fields of a run an answer carries: a mask leaves the others at their defaults.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Run {
  /// The run as lists show it: with only the fields of the mask, and without one with all but parameters and tracebacks.
  ///
  /// - Throws: `InvalidValue` for a path that is no field of a run.
  func listed(by mask: FieldMask?) throws(InvalidValue) -> Run {
    if let mask, !mask.paths.isEmpty { return try masked(by: mask) }
    var run = self
    run.parameters = nil
    switch run.state?.detail {
    case .failed(var failed)?:
      failed.traceback = ""
      run.state?.detail = .failed(failed)
    case .scheduled(var scheduled)?:
      guard case .failed(var cause)? = scheduled.cause else { break }
      cause.traceback = ""
      scheduled.cause = .failed(cause)
      run.state?.detail = .scheduled(scheduled)
    default: break
    }
    return run
  }

  /// The run with only the fields of the mask; all when it is empty.
  ///
  /// - Throws: `InvalidValue` for a path that is no field of a run.
  func masked(by mask: FieldMask?) throws(InvalidValue) -> Run {
    guard let mask, !mask.paths.isEmpty else { return self }
    var result = Run()
    for path in mask.paths {
      switch path.split(separator: ".").first.map(String.init) ?? "" {
      case "id": result.id = id
      case "namespace": result.namespace = namespace
      case "kind": result.kind = kind
      case "name": result.name = name
      case "definition": result.definition = definition
      case "definition_version": result.definitionVersion = definitionVersion
      case "parent_id": result.parentID = parentID
      case "root_id": result.rootID = rootID
      case "state": result.state = state
      case "epoch": result.epoch = epoch
      case "seq": result.seq = seq
      case "attempt": result.attempt = attempt
      case "parameters": result.parameters = parameters
      case "retry": result.retry = retry
      case "dependencies": result.dependencies = dependencies
      case "labels": result.labels = labels
      case "tags": result.tags = tags
      case "created_by": result.createdBy = createdBy
      case "times": result.times = times
      case "trace_parent": result.traceParent = traceParent
      case "etag": result.etag = etag
      case "revision": result.revision = revision
      case "execution_id": result.executionID = executionID
      case "session_id": result.sessionID = sessionID
      case "deployment_id": result.deploymentID = deploymentID
      case "deployment_version": result.deploymentVersion = deploymentVersion
      case "pool": result.pool = pool
      case "queue": result.queue = queue
      case "schedule_id": result.scheduleID = scheduleID
      case "schedule_time": result.scheduleTime = scheduleTime
      case "backfill_id": result.backfillID = backfillID
      case "job_variables": result.jobVariables = jobVariables
      case "worker": result.worker = worker
      default: throw InvalidValue("read_mask", "names \"\(path)\", which is no field of a run")
      }
    }
    return result
  }
}
