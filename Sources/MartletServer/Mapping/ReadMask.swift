// Decides which fields of a run an answer carries: a mask leaves the others at their defaults.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Run {
  /// The run as lists show it: with only the fields of the mask, and without one with all but parameters and tracebacks.
  func listed(by mask: ReadMask?) -> Run {
    if let mask { return masked(by: mask) }
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

  /// The run with only the fields of the mask; all without one.
  func masked(by mask: ReadMask?) -> Run { mask?.masked(self) ?? self }
}

/// Fields of a run that somebody asks for.
struct ReadMask {
  private typealias Copy = @Sendable (_ from: Run, _ to: inout Run) -> Void

  private static let fields: [String: Copy] = [
    "id": { $1.id = $0.id },
    "namespace": { $1.namespace = $0.namespace },
    "kind": { $1.kind = $0.kind },
    "name": { $1.name = $0.name },
    "definition": { $1.definition = $0.definition },
    "definition_version": { $1.definitionVersion = $0.definitionVersion },
    "parent_id": { $1.parentID = $0.parentID },
    "root_id": { $1.rootID = $0.rootID },
    "state": { $1.state = $0.state },
    "epoch": { $1.epoch = $0.epoch },
    "seq": { $1.seq = $0.seq },
    "attempt": { $1.attempt = $0.attempt },
    "parameters": { $1.parameters = $0.parameters },
    "retry": { $1.retry = $0.retry },
    "dependencies": { $1.dependencies = $0.dependencies },
    "labels": { $1.labels = $0.labels },
    "tags": { $1.tags = $0.tags },
    "created_by": { $1.createdBy = $0.createdBy },
    "imported_by": { $1.importedBy = $0.importedBy },
    "times": { $1.times = $0.times },
    "trace_parent": { $1.traceParent = $0.traceParent },
    "etag": { $1.etag = $0.etag },
    "revision": { $1.revision = $0.revision },
    "execution_id": { $1.executionID = $0.executionID },
    "session_id": { $1.sessionID = $0.sessionID },
    "deployment_id": { $1.deploymentID = $0.deploymentID },
    "deployment_version": { $1.deploymentVersion = $0.deploymentVersion },
    "pool": { $1.pool = $0.pool },
    "queue": { $1.queue = $0.queue },
    "schedule_id": { $1.scheduleID = $0.scheduleID },
    "schedule_time": { $1.scheduleTime = $0.scheduleTime },
    "backfill_id": { $1.backfillID = $0.backfillID },
    "job_variables": { $1.jobVariables = $0.jobVariables },
    "worker": { $1.worker = $0.worker },
  ]

  /// How each field is copied; nil for all of them.
  private let copies: [Copy]?

  /// Reads a mask; nil for one without paths.
  ///
  /// - Throws: `InvalidValue` for a path that is no field of a run.
  init?(_ mask: FieldMask?) throws(InvalidValue) {
    guard let mask, !mask.paths.isEmpty else { return nil }
    var copies: [String: Copy] = [:]
    for path in mask.paths {
      let name = String(path.prefix { $0 != "." })
      guard let copy = Self.fields[name] else {
        throw InvalidValue("read_mask", "names \"\(path)\", which is no field of a run")
      }
      copies[name] = copy
    }
    self.copies = copies.count < Self.fields.count ? Array(copies.values) : nil
  }

  fileprivate func masked(_ run: Run) -> Run {
    guard let copies else { return run }
    var result = Run()
    for copy in copies { copy(run, &result) }
    return result
  }
}
