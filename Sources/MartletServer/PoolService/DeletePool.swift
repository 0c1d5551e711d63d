// Decides how a pool is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func deletePool(_ request: DeletePoolRequest, context: CallContext) async throws
    -> DeletePoolResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deletePool(
        try reference(request.pool, "pool", "an id or a name"), in: namespace,
        etag: try etag(request.etag, "etag"), deadline: context.deadline)
      return DeletePoolResponse()
    }
  }
}
