// Decides as whom a state is proposed that comes over REST, where nobody says which process asks: as the process that has
// the run, as one that takes it, or as an operator; and what the client is told.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func setFlowRunState(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.SetFlowRunStateBody = try request.body()
    return try await propose(
      asked.state, to: try request.id(), .flow, force: asked.force ?? false, request.context)
  }

  /// How often a proposal is made anew because another one came between.
  private static let attempts = 20

  /// Puts a state to the state machine.
  func propose(
    _ proposed: Shape.StateCreate, to id: UUIDValue, _ kind: MartletProto.RunKind, force: Bool,
    _ context: CallContext
  ) async throws -> PrefectResponse {
    var state = State(proposed)
    // Whether another attempt helps is asked of tasks only: Prefect's client says no of every flow that fails.
    if kind == .flow, case .failed(var failed)? = state.detail {
      failed.retriable = nil
      state.detail = .failed(failed)
    }
    for _ in 0..<Self.attempts {
      let run = try await run(id, kind, context)
      // The answer to this very proposal was lost: the state is the run's already.
      if let token = proposed.stateDetails?.transitionID,
        let current = run.state, StateNote(current).stateDetails.transitionID == token
      {
        return Self.result(
          .reject, "This run has already made this state transition.", nil,
          Shape.State(of: run))
      }
      let verdict: MartletProto.Verdict
      switch run.address(of: state, force: force) {
      case .report(let report):
        switch try await self.report(report, context) {
        // Another proposal had that number: nothing was decided about this one.
        case .verdict(let other) where other.duplicate: continue
        case .verdict(let decided): verdict = decided
        case .error(let error)
        where StatusCode(rawValue: UInt8(clamping: error.code)) == .outOfRange:
          continue
        case .error(let error): throw PrefectFailure(error)
        }
      case .override(let request):
        let response = try await services.runs.setRunState(request, context: context)
        verdict = response.verdict ?? MartletProto.Verdict()
      }
      return try await answer(verdict, run, context)
    }
    throw PrefectFailure(
      503, "The run changes faster than it can be asked.", retryAfter: .milliseconds(100))
  }

  private func answer(
    _ verdict: MartletProto.Verdict, _ before: Run, _ context: CallContext
  ) async throws -> PrefectResponse {
    let reason = Reason(rawValue: verdict.reason)
    let status = VerdictVocabulary.status(verdict.code, reason)
    var state = Shape.State(of: before)
    switch status {
    case .accept, .reject:
      if let decided = verdict.state, verdict.code == .accepted || verdict.code == .replaced {
        state = Shape.State(
          decided, of: before.id, kind: before.kind, revision: verdict.revision)
      } else if let id = UUIDValue(text: before.id) {
        state = Shape.State(of: try await run(id, before.kind, context))
      }
    case .wait, .abort: break
    }
    return Self.result(status, VerdictVocabulary.sentence(reason), verdict.wait, state)
  }

  static func result(
    _ status: Shape.SetStateStatus, _ reason: String, _ wait: Duration?, _ state: Shape.State
  ) -> PrefectResponse {
    let details: JSON
    switch status {
    case .accept: details = Shape.StateAcceptDetails(type: "accept_details").json
    case .reject:
      details = Shape.StateRejectDetails(type: "reject_details", reason: reason).json
    case .abort:
      details = Shape.StateAbortDetails(type: "abort_details", reason: reason).json
    case .wait:
      details =
        Shape.StateWaitDetails(
          type: "wait_details",
          delaySeconds: max(1, Int((wait ?? .seconds(1)).seconds.rounded(.up))), reason: reason
        ).json
    }
    // Nothing was written: the client asks again, or stops, with the state that it has.
    let shown: Shape.State? = status == .wait || status == .abort ? nil : state
    return .created(
      Shape.OrchestrationResult(state: shown, status: status, details: details),
      isNew: status == .accept)
  }
}

extension Run {
  /// How a proposal is brought before the state machine.
  enum Address {
    /// As a report of the process that has the run or takes it.
    case report(RunReport)
    /// As an operator's wish.
    case override(SetRunStateRequest)
  }

  /// Who proposes a state of this run, when nobody says who asks.
  func address(of state: MartletProto.State, force: Bool) -> Address {
    var report = RunReport()
    report.runID = id
    report.item = .propose(state)
    let takes = state.type == .pending || state.type == .running
    if force { return .override(SetRunStateRequest(id: id, state: state, force: true)) }
    // Whoever asks a run to stop is another than who has it.
    if state.type == .cancelling { return .override(SetRunStateRequest(id: id, state: state)) }
    if !executionID.isEmpty {
      report.epoch = epoch
      report.executionID = executionID
      report.seq = seq + 1
      return .report(report)
    }
    guard takes else { return .override(SetRunStateRequest(id: id, state: state)) }
    // A run that was offered has its epoch; the first to start it binds it. Any other is taken by the next epoch.
    let isOffered = self.state?.type == .pending
    report.epoch = isOffered ? epoch : epoch + 1
    report.executionID = ExecutionID.unnamed(of: self).description
    report.seq = isOffered ? seq + 1 : 1
    return .report(report)
  }
}
