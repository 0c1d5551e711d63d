// Decides how a type of blocks is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func deleteBlockType(_ request: DeleteBlockTypeRequest, context: CallContext) async throws
    -> DeleteBlockTypeResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteBlockType(
        request.ref, in: namespace, deadline: context.deadline)
      return DeleteBlockTypeResponse()
    }
  }
}
