// Decides as whom a state is proposed that comes over REST, where nobody says which process asks: as the process that has
// the run, as one that takes it, or as an operator; and what the client is told.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func setFlowRunState(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.SetFlowRunStateBody = try request.body()
    let id = try request.id()
    let response = try await propose(
      asked.state, to: id, .flow, force: asked.force ?? false, request.context)
    if response.status == 201 { try await forgetInputs(of: asked.state, id, request.context) }
    return response
  }

  /// How often a proposal is made anew because another one came between.
  private static let attempts = 20

  /// Puts a state to the state machine.
  func propose(
    _ proposed: Shape.StateCreate, to id: UUIDValue, _ kind: MartletProto.RunKind, force: Bool,
    _ context: CallContext
  ) async throws -> PrefectResponse {
    var state = State(proposed)
    if kind == .flow, proposed.type == .running, state.name.isEmpty { state.name = "Running" }
    // Prefect's client says of every exception that it is not retriable; Prefect heeds that for task runs alone.
    if kind == .flow, case .failed(var failed)? = state.detail {
      failed.retriable = nil
      state.detail = .failed(failed)
    }
    for _ in 0..<Self.attempts {
      let run = try await run(id, kind, context)
      if !force { state.keepTime(of: run.state) }
      if run.state?.type == .scheduled { state.beginNow() }
      // The answer to this very proposal was lost: the state is the run's already.
      if let token = proposed.stateDetails?.transitionID,
        let current = run.state, StateNote(current).stateDetails.transitionID == token
      {
        return Self.result(
          .reject, "This run has already made this state transition.", Shape.State(of: run))
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
      return try await answer(verdict, to: proposed.type, run, context)
    }
    throw PrefectFailure(
      503, "The run changes faster than it can be asked.", retryAfter: .milliseconds(100))
  }

  /// Tells the client what was decided about a run that was so before.
  ///
  /// - Parameter proposed: the type of state that the client asked for; nil when it asked for none.
  func answer(
    _ verdict: MartletProto.Verdict, to proposed: Shape.StateType?, _ before: Run,
    _ context: CallContext
  ) async throws -> PrefectResponse {
    let answer = StateAnswer(verdict, to: proposed, of: before)
    let state: Shape.State
    let isDecided = verdict.code == .accepted || verdict.code == .replaced
    let isWritten = isDecided && verdict.revision > before.revision
    if isWritten, let decided = verdict.state {
      var after = before
      after.state = decided
      after.revision = verdict.revision
      state = Shape.State(of: after)
    } else if answer.status == .accept || answer.status == .reject,
      let id = UUIDValue(text: before.id)
    {
      state = Shape.State(of: try await run(id, before.kind, context))
    } else {
      state = Shape.State(of: before)
    }
    return Self.result(
      answer.status, answer.sentence, wait: verdict.wait, state, isNew: isWritten)
  }

  /// An answer about a state.
  ///
  /// - Parameter isNew: whether the state was written just now.
  static func result(
    _ status: Shape.SetStateStatus, _ reason: String, wait: Duration? = nil, _ state: Shape.State?,
    isNew: Bool = false
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
    return .created(
      Shape.OrchestrationResult(state: state, status: status, details: details), isNew: isNew)
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
    // Whoever asks a run to stop is another than who has it. By force or not, one that nobody has is cancelled at once.
    if state.type == .cancelling, !force || executionID.isEmpty {
      return .override(SetRunStateRequest(id: id, state: state))
    }
    if force { return .override(SetRunStateRequest(id: id, state: state, force: true)) }
    // Who would have a run that somebody else has made PENDING is another: of several that find it the first has it.
    let isClaim = state.type == .pending && (state.name.isEmpty || state.name == "Pending")
    if !executionID.isEmpty, !(isClaim && self.state?.type == .pending) {
      report.epoch = epoch
      report.executionID = executionID
      report.seq = seq + 1
      return .report(report)
    }
    guard takes else { return .override(SetRunStateRequest(id: id, state: state)) }
    // A run that was offered has its epoch; the first to start it binds it. Any other is taken by the next epoch.
    let isOffered = self.state?.type == .pending && executionID.isEmpty
    report.epoch = isOffered ? epoch : epoch + 1
    report.executionID = ExecutionID.unnamed(of: self).description
    report.seq = isOffered ? seq + 1 : 1
    return .report(report)
  }
}
