// Decides how it is told what blocks can do.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func listBlockCapabilities(_ request: ListBlockCapabilitiesRequest, context: CallContext)
    async throws
    -> ListBlockCapabilitiesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return ListBlockCapabilitiesResponse(
        capabilities: try await backend.store.blockCapabilities(
          in: namespace, deadline: context.deadline))
    }
  }
}
