// Decides how pools are listed: by name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func listPools(_ request: ListPoolsRequest, context: CallContext) async throws
    -> ListPoolsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let pools = try await backend.store.listPools(
        in: namespace, after: request.pageToken, type: request.type, limit: size + 1,
        deadline: context.deadline)
      var response = ListPoolsResponse()
      let page = pools.prefix(size).fitting { $0.template.utf8.count + $0.description.utf8.count }
      response.pools = page.map(MartletProto.Pool.init)
      if page.count < pools.count, let last = page.last { response.nextPageToken = last.name }
      return response
    }
  }
}
