// Decides how a block is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func deleteBlock(_ request: DeleteBlockRequest, context: CallContext) async throws
    -> DeleteBlockResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let block = try await block(
        request.id, request.blockType, request.name, in: namespace, context)
      try await backend.store.deleteBlock(
        block.id, in: namespace, deadline: context.deadline)
      return DeleteBlockResponse()
    }
  }
}
