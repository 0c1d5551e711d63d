// Decides how an operator gives a run a state: by the request that means it, or by force.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension RunHandlers {
  func setRunState(_ request: SetRunStateRequest, context: CallContext) async throws
    -> SetRunStateResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      guard let asked = request.state else { throw InvalidValue("state", "is required") }
      let state = try RunState(proposed: asked, "state")
      let answer = try await operate(
        command(state, to: id, in: namespace, by: context.principal.name, force: request.force),
        in: namespace, context)
      return SetRunStateResponse(run: answer.run, verdict: answer.verdict)
    }
  }

  private func command(
    _ state: RunState, to id: RunID, in namespace: Namespace, by actor: String, force: Bool
  ) -> Command {
    switch state.type {
    case .cancelling where !force, .cancelled where !force:
      .cancel(
        Cancellation(namespace: namespace, runID: id, actor: actor, message: state.message))
    case .paused where !force:
      .pause(PauseRequest(namespace: namespace, runID: id, actor: actor, message: state.message))
    case .scheduled where !force:
      .retry(
        RetryRequest(
          namespace: namespace, runID: id, actor: actor, message: state.message,
          dueTime: Self.dueTime(state), name: state.name, annotations: state.annotations))
    default:
      .setState(
        StateOverride(
          namespace: namespace, runID: id, actor: actor, state: state, isForced: force))
    }
  }

  private static func dueTime(_ state: RunState) -> Instant? {
    if case .scheduled(let scheduled) = state.detail { scheduled.dueTime } else { nil }
  }
}
