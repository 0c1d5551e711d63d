// Decides how a run is paused by hand.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension RunHandlers {
  func pauseRun(_ request: PauseRunRequest, context: CallContext) async throws
    -> PauseRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let answer = try await operate(
        .pause(
          PauseRequest(
            namespace: namespace, runID: try RunID(required: request.id, "id"),
            actor: context.principal.name, message: request.message,
            timeout: request.maxWait.map(Interval.init))), in: namespace, context)
      return PauseRunResponse(run: answer.run, verdict: answer.verdict)
    }
  }
}
