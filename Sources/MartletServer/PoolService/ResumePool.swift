// Decides how offering out of a pool goes on.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func resumePool(_ request: ResumePoolRequest, context: CallContext) async throws
    -> ResumePoolResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return ResumePoolResponse(
        pool: MartletProto.Pool(
          try await backend.store.updatePool(
            try reference(request.pool, "pool", "an id or a name"), in: namespace,
            edit: PoolEdit(isPaused: false), deadline: context.deadline)))
    }
  }
}
