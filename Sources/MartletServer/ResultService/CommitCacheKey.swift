// Decides what a holder of a lease may write into the cache.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension ResultHandlers {
  func commitCacheKey(_ request: CommitCacheKeyRequest, context: CallContext) async throws
    -> CommitCacheKeyResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let given = request.payload else { throw InvalidValue("payload", "is required") }
      let committed = try await backend.store.commitCacheKey(
        token: ObjectID(required: request.token, "token").value,
        payload: MartletModel.Payload(given, "payload"),
        expireTime: Instant(optional: request.expireTime, "expire_time"), in: namespace,
        deadline: context.deadline)
      guard let committed else {
        throw Status(
          .failedPrecondition,
          "the reservation has lapsed or its key was invalidated: reserve the key again"
        ).with(reason: "CACHE_TOKEN_LAPSED")
      }
      return CommitCacheKeyResponse(
        stored: committed.isStored, entry: MartletProto.CacheEntry(committed.entry))
    }
  }
}
