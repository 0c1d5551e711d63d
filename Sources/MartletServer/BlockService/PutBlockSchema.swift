// Decides how a schema is added to a type of blocks.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func putBlockSchema(_ request: PutBlockSchemaRequest, context: CallContext) async throws
    -> PutBlockSchemaResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let schema = request.blockSchema else {
        throw InvalidValue("block_schema", "is required")
      }
      do { _ = try JSON(parsing: schema.fields) } catch {
        throw InvalidValue("block_schema.fields", "is no JSON: \(error)")
      }
      let put = try await backend.store.putBlockSchema(
        MartletStore.BlockSchema(
          id: try ObjectID(optional: schema.id, "block_schema.id") ?? .timeOrdered(),
          namespace: namespace,
          typeID: try ObjectID(required: schema.blockTypeID, "block_schema.block_type_id"),
          checksum: schema.checksum, version: schema.version, fields: schema.fields,
          capabilities: schema.capabilities),
        deadline: context.deadline)
      return PutBlockSchemaResponse(
        blockSchema: MartletProto.BlockSchema(put.schema), existed: put.existed)
    }
  }
}
