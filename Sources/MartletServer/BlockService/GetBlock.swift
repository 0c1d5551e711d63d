// Decides how one block is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func getBlock(_ request: GetBlockRequest, context: CallContext) async throws
    -> GetBlockResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let block = try await block(
        request.id, request.blockType, request.name, in: namespace, context)
      return GetBlockResponse(block: try shown(block, withSecrets: request.includeSecrets))
    }
  }
}

extension BlockHandlers {
  /// A block by its id, or by its type and its name.
  func block(
    _ id: String, _ type: String, _ name: String, in namespace: Namespace, _ context: CallContext
  ) async throws -> MartletStore.Block {
    if let id = try ObjectID(optional: id, "id") {
      return try await backend.store.block(id, in: namespace, deadline: context.deadline)
    }
    guard !type.isEmpty, !name.isEmpty else {
      throw InvalidValue("id", "is required, or block_type and name")
    }
    return try await backend.store.block(
      name, of: type, in: namespace, deadline: context.deadline)
  }
}
