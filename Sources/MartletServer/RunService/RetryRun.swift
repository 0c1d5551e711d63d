// Decides how an ended run is tried again by hand.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension RunHandlers {
  func retryRun(_ request: RetryRunRequest, context: CallContext) async throws
    -> RetryRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let answer = try await operate(
        .retry(
          RetryRequest(
            namespace: namespace, runID: try RunID(required: request.id, "id"),
            actor: context.principal.name, message: request.message, isForced: request.force)),
        in: namespace, context)
      return RetryRunResponse(run: answer.run, verdict: answer.verdict)
    }
  }
}
