// Decides how a flow is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension FlowHandlers {
  func deleteFlow(_ request: DeleteFlowRequest, context: CallContext) async throws
    -> DeleteFlowResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard !request.ref.isEmpty else { throw InvalidValue("ref", "is required: an id or a name") }
      try await backend.store.deleteFlow(
        request.ref, in: namespace, etag: try etag(request.etag, "etag"),
        deadline: context.deadline)
      return DeleteFlowResponse()
    }
  }
}
