// Decides how one schema is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func getBlockSchema(_ request: GetBlockSchemaRequest, context: CallContext) async throws
    -> GetBlockSchemaResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var query = BlockSchemaQuery(in: namespace)
      if let id = try ObjectID(optional: request.id, "id") {
        query.ids = [id]
      } else {
        if request.checksum.isEmpty {
          throw InvalidValue("id", "is required, or checksum")
        }
        query.checksum = request.checksum
        if !request.version.isEmpty { query.versions = [request.version] }
      }
      query.limit = 1
      guard
        let schema = try await backend.store.listBlockSchemas(query, deadline: context.deadline)
          .first
      else {
        throw StoreError.notFound(
          resource: "block schema", name: request.id.isEmpty ? request.checksum : request.id)
      }
      return GetBlockSchemaResponse(blockSchema: MartletProto.BlockSchema(schema))
    }
  }
}
