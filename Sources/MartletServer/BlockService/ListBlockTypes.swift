// Decides how types of blocks are listed: by name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func listBlockTypes(_ request: ListBlockTypesRequest, context: CallContext) async throws
    -> ListBlockTypesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let offset = try PageOffset(request.pageToken, skip: request.skip)
      var query = BlockTypeQuery(in: namespace)
      query.references = request.refs
      query.nameContains = request.nameContains
      query.capabilities = request.capabilities
      query.skip = offset.skip
      query.limit = size + 1
      let found = try await backend.store.listBlockTypes(query, deadline: context.deadline)
      let page = found.prefix(size).fitting {
        $0.description.utf8.count + $0.codeExample.utf8.count
      }
      var response = ListBlockTypesResponse()
      response.blockTypes = page.map(MartletProto.BlockType.init)
      if page.count < found.count { response.nextPageToken = offset.token(after: page.count) }
      return response
    }
  }
}
