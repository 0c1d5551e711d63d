// Decides how one limit is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func getLimit(_ request: GetLimitRequest, context: CallContext) async throws -> GetLimitResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetLimitResponse(
        limit: MartletProto.Limit(
          try await backend.store.limit(
            LimitReference(required: request.ref, request.scope), in: namespace,
            deadline: context.deadline)))
    }
  }
}
