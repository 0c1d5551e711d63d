// Decides how the explanation of a failed run is shown.

internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunFailure {
  /// What was found about a failed run.
  init(_ findings: FailureFindings, of run: RunRecord) {
    self.init()
    chain = findings.chain.map { Run(brief: $0) }
    cause = findings.chain.last.map { Run($0) }
    lines = findings.lines.map { line in
      FailureLine(
        time: line.time.timestamp, level: Int32(line.level), logger: line.logger,
        message: line.message)
    }
    incomplete = findings.isIncomplete
    guard let good = findings.lastGood else { return }
    lastGood = Run(brief: good)
    differences = RunProfile(run, findings.holders).differences(
      from: RunProfile(good, findings.holders)
    ).map { MartletProto.RunDifference($0) }
  }
}

extension Run {
  /// The fields that name a run and say how it ended.
  fileprivate init(brief record: RunRecord) {
    let run = Run(record)
    self.init()
    id = run.id
    kind = run.kind
    name = run.name
    definition = run.definition
    definitionVersion = run.definitionVersion
    attempt = run.attempt
    times = run.times
    state = run.state
    if case .failed(var failed)? = state?.detail {
      failed.traceback = ""
      state?.detail = .failed(failed)
    }
    if case .completed? = state?.detail { state?.detail = nil }
  }
}

extension RunProfile {
  fileprivate init(_ record: RunRecord, _ holders: [SessionID: String]) {
    let parameters = try? JSON(parsing: record.content.parameters)
    self.init(
      parameters: parameters ?? .object(JSONMembers()),
      definitionVersion: record.content.definitionVersion, tags: record.content.tags,
      runningTime: record.snapshot.runningTime,
      host: record.snapshot.sessionID.flatMap { holders[$0] }.map(RunProfile.host(ofHolder:)),
      attempt: record.snapshot.attempt)
  }
}

extension MartletProto.RunDifference {
  fileprivate init(_ difference: MartletModel.RunDifference) {
    self.init()
    subject = difference.subject
    longer = difference.longer?.duration
    switch difference.change {
    case .added(let value): (change, after) = (.added, value)
    case .removed(let value): (change, before) = (.removed, value)
    case .changed(let old, let new): (change, before, after) = (.changed, old, new)
    }
  }
}
