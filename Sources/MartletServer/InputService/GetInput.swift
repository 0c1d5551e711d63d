// Decides how one input is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension InputHandlers {
  func getInput(_ request: GetInputRequest, context: CallContext) async throws
    -> GetInputResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetInputResponse(
        input: MartletProto.RunInput(
          try await backend.store.input(
            request.key, of: RunID(required: request.runID, "run_id"), in: namespace,
            deadline: context.deadline)))
    }
  }
}
