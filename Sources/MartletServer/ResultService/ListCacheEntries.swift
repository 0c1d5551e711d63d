// Decides how keys of the cache are listed: in the order of their bytes, without what they hold.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func listCacheEntries(_ request: ListCacheEntriesRequest, context: CallContext) async throws
    -> ListCacheEntriesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let found = try await backend.store.listCacheEntries(
        in: namespace, prefix: request.prefix, after: request.pageToken, limit: size + 1,
        deadline: context.deadline)
      var response = ListCacheEntriesResponse()
      response.entries = found.prefix(size).map { entry in
        var entry = MartletProto.CacheEntry(entry)
        entry.payload?.body = nil
        return entry
      }
      if found.count > size { response.nextPageToken = found[size - 1].key }
      return response
    }
  }
}
