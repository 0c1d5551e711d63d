// Decides how one pool is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func getPool(_ request: GetPoolRequest, context: CallContext) async throws -> GetPoolResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetPoolResponse(
        pool: MartletProto.Pool(
          try await backend.store.pool(
            try reference(request.pool, "pool", "an id or a name"), in: namespace,
            deadline: context.deadline)))
    }
  }
}
