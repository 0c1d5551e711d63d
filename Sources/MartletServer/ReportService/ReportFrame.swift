// Decides how a frame of reports is taken apart: creations and proposals to the batcher, lines to the log, artifacts to
// their table; each report is answered alone, in the frame's order.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore
internal import MartletWire

/// One frame on its way through the store.
struct ReportFrame: Sendable {
  /// The most reports in a frame.
  static let limit = 1000

  let backend: Backend
  let namespace: Namespace
  private let session: SessionID?
  private let actor: String
  /// Hears of runs that stand in line.
  private let waits: (@Sendable (RunID, SlotLine) -> Void)?

  init(
    backend: Backend, namespace: Namespace, session: SessionID?, actor: String,
    waits: (@Sendable (RunID, SlotLine) -> Void)? = nil
  ) {
    self.backend = backend
    self.namespace = namespace
    self.session = session
    self.actor = actor
    self.waits = waits
  }

  /// Decides every report. Reaches its first suspension only after everything is in the queues of the store, so
  /// frames begun in an order are decided in it.
  func decide(_ reports: [RunReport]) async throws -> [ReportResult] {
    guard reports.count <= Self.limit else {
      throw Status.invalid(
        field: "reports", "has \(reports.count) reports: send at most \(Self.limit)")
    }
    var results = reports.map { ReportResult(runID: $0.runID, seq: $0.seq) }
    var commands: [Command] = []
    var places: [Int] = []
    var lines: [LogLine] = []
    var linePlaces: [Int] = []
    var artifacts: [LeftArtifact] = []
    let arrival = Instant.wallClock
    commands.reserveCapacity(reports.count)
    places.reserveCapacity(reports.count)
    for (index, report) in reports.enumerated() {
      do throws(InvalidValue) {
        switch report.item {
        case .create, .propose, .tell:
          commands.append(.report(try command(report)))
          places.append(index)
        case .log(let entry):
          var line = try LogLine(
            entry, runID: RunID(required: report.runID, "run_id"),
            executionID: ExecutionID(optional: report.executionID, "execution_id"),
            namespace: namespace)
          line.claim = try report.claim(at: arrival)
          lines.append(line)
          linePlaces.append(index)
        case .artifact(let artifact):
          artifacts.append(
            LeftArtifact(
              place: index,
              artifact: try NewArtifact(artifact, runID: RunID(required: report.runID, "run_id")),
              claim: try report.claim(at: arrival)))
        case nil:
          throw InvalidValue("item", "is missing: one of create, propose, artifact, log, tell")
        }
      } catch {
        results[index].outcome = .error(Status(error).reportError)
      }
    }
    // Most frames hold nothing else, and a child task costs as much as a small frame.
    if lines.isEmpty, artifacts.isEmpty {
      try await submit(commands, places, &results)
      return results
    }
    let (newLines, newArtifacts) = (lines, artifacts)
    async let written = write(newLines)
    async let kept = keep(newArtifacts)
    try await submit(commands, places, &results)
    if !linePlaces.isEmpty {
      for place in linePlaces { results[place].outcome = .accepted }
      let receipt = try await written
      for dropped in receipt.dropped {
        results[linePlaces[dropped]].outcome = .error(
          Status(CommandError.deleted(lines[dropped].runID)).reportError)
      }
      for (place, fence) in receipt.fenced {
        results[linePlaces[place]].outcome = .fenced(fence)
      }
    }
    for (entry, outcome) in zip(artifacts, try await kept) {
      results[entry.place].outcome = outcome
    }
    return results
  }

  private func submit(
    _ commands: [Command], _ places: [Int], _ results: inout [ReportResult]
  ) async throws(Status) {
    if commands.isEmpty { return }
    let answers: [CommandAnswer]
    do throws(StoreError) {
      answers = try await backend.store.transitions.submit(commands)
    } catch {
      throw Status(error)
    }
    for (place, answer) in zip(places, answers) { results[place].outcome = try outcome(answer) }
    guard let waits else { return }
    for (command, answer) in zip(commands, answers) {
      if let line = answer.line { waits(command.runID, line) }
    }
  }

  /// Writes lines; says which were not kept.
  private func write(_ lines: [LogLine]) async throws(Status) -> LogReceipt {
    if lines.isEmpty { return LogReceipt() }
    do throws(StoreError) {
      return try await backend.store.logs.write(lines)
    } catch {
      throw Status(error)
    }
  }

  private func keep(_ artifacts: [LeftArtifact]) async throws(Status) -> [ReportResult.Outcome] {
    var outcomes: [ReportResult.Outcome] = []
    for left in artifacts {
      do throws(StoreError) {
        if let claim = left.claim, let fence = try await backend.store.fence(of: claim) {
          outcomes.append(.fenced(fence))
          continue
        }
        _ = try await backend.store.putArtifact(left.artifact, in: namespace, actor: actor)
        outcomes.append(.accepted)
      } catch {
        let status = Status(error)
        // Not now is no answer to a report: the frame is sent again.
        if status.code == .unavailable || status.code == .resourceExhausted { throw status }
        outcomes.append(.error(status.reportError))
      }
    }
    return outcomes
  }

  private func command(_ report: RunReport) throws(InvalidValue) -> Report {
    let item: Report.Item
    var observed: Instant?
    switch report.item {
    case .create(let run):
      item = .create(try NewRun(run, "create", actor: actor))
      observed = run.state?.observedTime.map(Instant.init)
    case .propose(let state):
      item = .propose(try RunState(proposed: state))
      observed = state.observedTime.map(Instant.init)
    case .tell(let tale):
      guard let id = UUIDValue(text: tale.id) else {
        throw InvalidValue("tell.id", "must be a UUID")
      }
      guard let state = tale.state else { throw InvalidValue("tell.state", "is required") }
      item = .tell(
        Report.Tale(
          id: id,
          run: try tale.run.map { run throws(InvalidValue) in
            try NewRun(run, "tell.run", actor: actor)
          },
          state: try RunState(proposed: state, "tell.state")))
      observed = state.observedTime.map(Instant.init)
    default: throw InvalidValue("item", "is not a transition")
    }
    return Report(
      namespace: namespace, runID: try RunID(required: report.runID, "run_id"),
      epoch: report.epoch,
      executionID: try ExecutionID(required: report.executionID, "execution_id"),
      seq: report.seq, sessionID: report.isTale ? nil : session, actor: actor,
      observedTime: observed, item: item)
  }

  // A report that met a locked run fails the frame: the client sends it again, and what was decided is a duplicate.
  private func outcome(_ answer: CommandAnswer) throws(Status) -> ReportResult.Outcome {
    if let verdict = MartletProto.Verdict(answer) { return .verdict(verdict) }
    switch answer.result {
    case .unavailable(let delay):
      throw .unavailable("a run is held by another transaction", retryAfter: delay)
    case .failure(let error): return .error(Status(error).reportError)
    default: return .error(Status(.internal, "no answer").reportError)
    }
  }
}

/// An artifact of a frame.
private struct LeftArtifact: Sendable {
  let place: Int
  let artifact: NewArtifact
  let claim: WriterClaim?
}

extension RunReport {
  /// Whether it tells of the past: no session vouches for that.
  fileprivate var isTale: Bool { if case .tell? = item { true } else { false } }

  /// What it says of its process's hold on the run; nil when it does not name both epoch and process.
  fileprivate func claim(at arrival: Instant) throws(InvalidValue) -> WriterClaim? {
    guard epoch > 0, let execution = try ExecutionID(optional: executionID, "execution_id") else {
      return nil
    }
    return WriterClaim(
      runID: try RunID(required: runID, "run_id"), executionID: execution, epoch: epoch,
      arrival: arrival)
  }
}

extension ReportResult.Outcome {
  /// The verdict on what needs no decision.
  fileprivate static var accepted: Self { .verdict(MartletProto.Verdict(code: .accepted)) }

  /// The verdict on the words of a process that has its run no longer.
  fileprivate static func fenced(_ fence: WriterFence) -> Self {
    var verdict = MartletProto.Verdict(code: .fenced)
    verdict.reason = fence.reason.rawValue
    verdict.epoch = fence.epoch
    return .verdict(verdict)
  }
}
