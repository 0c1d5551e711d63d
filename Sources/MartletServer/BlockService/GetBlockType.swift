// Decides how one type of blocks is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func getBlockType(_ request: GetBlockTypeRequest, context: CallContext) async throws
    -> GetBlockTypeResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetBlockTypeResponse(
        blockType: MartletProto.BlockType(
          try await backend.store.blockType(
            request.ref, in: namespace, deadline: context.deadline)))
    }
  }
}
