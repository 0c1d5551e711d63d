// Decides how a limit is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func deleteLimit(_ request: DeleteLimitRequest, context: CallContext) async throws
    -> DeleteLimitResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteLimit(
        LimitReference(required: request.ref, request.scope), in: namespace,
        etag: try etag(request.etag, "etag"), deadline: context.deadline)
      return DeleteLimitResponse()
    }
  }
}
