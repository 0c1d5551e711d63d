// Decides how a backfill is ended before its time.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func cancelBackfill(
    _ request: CancelBackfillRequest, context: CallContext
  ) async throws -> CancelBackfillResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return CancelBackfillResponse(
        backfill: MartletProto.Backfill(
          try await backend.store.cancelBackfill(
            try BackfillID(required: request.id, "id"), in: namespace,
            cancelsRunning: request.cancelRunning, actor: context.principal.name,
            deadline: context.deadline)))
    }
  }
}
