// Decides how offering out of a pool stops.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func pausePool(_ request: PausePoolRequest, context: CallContext) async throws
    -> PausePoolResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return PausePoolResponse(
        pool: MartletProto.Pool(
          try await backend.store.updatePool(
            try reference(request.pool, "pool", "an id or a name"), in: namespace,
            edit: PoolEdit(isPaused: true), deadline: context.deadline)))
    }
  }
}
