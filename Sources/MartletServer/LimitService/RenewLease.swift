// Decides how a holder keeps its slots.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func renewLease(_ request: RenewLeaseRequest, context: CallContext) async throws
    -> RenewLeaseResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var response = RenewLeaseResponse()
      response.expireTime = try await backend.store.renewLease(
        LeaseID(required: request.id, "id"), in: namespace,
        ttl: request.ttl.map { Interval($0) }, deadline: context.deadline
      ).timestamp
      return response
    }
  }
}
