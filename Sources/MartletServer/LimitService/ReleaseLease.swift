// Decides how a holder gives its slots back.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func releaseLease(_ request: ReleaseLeaseRequest, context: CallContext) async throws
    -> ReleaseLeaseResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.releaseLease(
        LeaseID(required: request.id, "id"), in: namespace, deadline: context.deadline)
      return ReleaseLeaseResponse()
    }
  }
}
