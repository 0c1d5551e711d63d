// Decides how an input is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension InputHandlers {
  func deleteInput(_ request: DeleteInputRequest, context: CallContext) async throws
    -> DeleteInputResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteInput(
        request.key, of: RunID(required: request.runID, "run_id"), in: namespace,
        deadline: context.deadline)
      return DeleteInputResponse()
    }
  }
}
