// Decides how an operator gets all slots of a limit back.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func resetLimit(_ request: ResetLimitRequest, context: CallContext) async throws
    -> ResetLimitResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let reference = try LimitReference(required: request.ref, request.scope)
      var response = ResetLimitResponse()
      response.ended = Int32(
        clamping: try await backend.store.resetLimit(
          reference, in: namespace, deadline: context.deadline))
      response.limit = MartletProto.Limit(
        try await backend.store.limit(reference, in: namespace, deadline: context.deadline))
      return response
    }
  }
}
