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
      response.pools = pools.prefix(size).map(MartletProto.Pool.init)
      if pools.count > size { response.nextPageToken = pools[size - 1].name }
      return response
    }
  }
}
