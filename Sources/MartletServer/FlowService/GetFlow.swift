// Decides how one flow is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension FlowHandlers {
  func getFlow(_ request: GetFlowRequest, context: CallContext) async throws -> GetFlowResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard !request.ref.isEmpty else { throw InvalidValue("ref", "is required: an id or a name") }
      return GetFlowResponse(
        flow: MartletProto.Flow(
          try await backend.store.flow(request.ref, in: namespace, deadline: context.deadline)))
    }
  }
}
