// Decides how a block is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func createBlock(_ request: CreateBlockRequest, context: CallContext) async throws
    -> CreateBlockResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let block = request.block else { throw InvalidValue("block", "is required") }
      let id = try ObjectID(optional: block.id, "block.id") ?? .timeOrdered()
      let data = try data(block)
      let new = MartletStore.Block(
        id: id, namespace: namespace,
        name: block.name.isEmpty && block.anonymous ? "anonymous-\(id)" : block.name,
        schemaID: try ObjectID(required: block.blockSchemaID, "block.block_schema_id"),
        isAnonymous: block.anonymous, data: try await seal(data, for: id, context),
        references: try references(block), createdBy: context.principal.name)
      do {
        return CreateBlockResponse(
          block: try shown(try await backend.store.createBlock(new, deadline: context.deadline)))
      } catch let error as StoreError {
        guard case .alreadyExists = error, !block.id.isEmpty,
          let there = try? await backend.store.block(id, in: namespace, deadline: context.deadline),
          there.name == new.name, there.schemaID == new.schemaID,
          there.references == new.references, try open(there) == data
        else { throw error }
        return CreateBlockResponse(block: try shown(there))
      }
    }
  }
}
