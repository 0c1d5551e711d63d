// Decides how an automation is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension AutomationHandlers {
  func deleteAutomation(
    _ request: DeleteAutomationRequest, context: CallContext
  ) async throws -> DeleteAutomationResponse {
    try await answering {
      try await backend.store.deleteAutomation(
        try ObjectID(required: request.id, "id"),
        in: try backend.namespace(request.namespace, context),
        etag: try etag(request.etag, "etag"), deadline: context.deadline)
      return DeleteAutomationResponse()
    }
  }
}
