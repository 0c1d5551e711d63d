// Decides how a lease is given back when nothing was computed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func releaseCacheKey(_ request: ReleaseCacheKeyRequest, context: CallContext) async throws
    -> ReleaseCacheKeyResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.releaseCacheKey(
        token: ObjectID(required: request.token, "token").value, in: namespace,
        deadline: context.deadline)
      return ReleaseCacheKeyResponse()
    }
  }
}
