// Decides how a result is stored: with the digest that its bytes have, once for its id.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func putResult(_ request: PutResultRequest, context: CallContext) async throws
    -> PutResultResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let given = request.payload else { throw InvalidValue("payload", "is required") }
      let payload = try MartletModel.Payload(given, "payload", limit: Store.largestResult)
      if case .uri(let uri) = payload.body, uri.hasPrefix(StoredResult.scheme) {
        throw InvalidValue("payload.uri", "names a result that is stored already")
      }
      let result = try await backend.store.putResult(
        payload, id: try ObjectID(optional: request.id, "id") ?? .timeOrdered(),
        runID: try RunID(optional: request.runID, "run_id"),
        expireTime: try Instant(optional: request.expireTime, "expire_time"), in: namespace,
        actor: context.principal.name, deadline: context.deadline)
      return PutResultResponse(payload: result.reference.proto)
    }
  }
}
