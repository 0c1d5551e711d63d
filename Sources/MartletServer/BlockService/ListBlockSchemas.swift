// Decides how schemas are listed: the newest first, as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func listBlockSchemas(_ request: ListBlockSchemasRequest, context: CallContext) async throws
    -> ListBlockSchemasResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 200)
      let offset = try PageOffset(request.pageToken, skip: request.skip)
      var query = BlockSchemaQuery(in: namespace)
      query.ids = try request.ids.objectIDs("ids")
      query.types = request.blockTypes
      query.capabilities = request.capabilities
      query.versions = request.versions
      query.skip = offset.skip
      query.limit = size + 1
      let found = try await backend.store.listBlockSchemas(query, deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.fields.utf8.count }
      var response = ListBlockSchemasResponse()
      response.blockSchemas = page.map(MartletProto.BlockSchema.init)
      if page.count < found.count { response.nextPageToken = offset.token(after: page.count) }
      return response
    }
  }
}
