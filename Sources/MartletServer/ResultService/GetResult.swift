// Decides where the result of a run is looked for: in its state, then among what was stored for it.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func getResult(_ request: GetResultRequest, context: CallContext) async throws
    -> GetResultResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      switch request.which {
      case .id(let id):
        let id = StoredResult.id(at: id)?.description ?? id
        return GetResultResponse(
          try await backend.store.result(
            ObjectID(required: id, "id"), in: namespace, deadline: context.deadline))
      case .runID(let id):
        return try await result(of: RunID(required: id, "run_id"), namespace, context)
      case nil: throw InvalidValue("which", "is missing: give run_id or id")
      }
    }
  }

  private func result(
    of id: RunID, _ namespace: Namespace, _ context: CallContext
  ) async throws -> GetResultResponse {
    let run = try await backend.store.run(id, in: namespace, deadline: context.deadline)
    if case .completed(let completed) = run.state.detail, let payload = completed.result {
      var response = GetResultResponse(payload: payload.proto, runID: id.description)
      response.cachedFrom = completed.cachedFrom?.description ?? ""
      if case .uri(let uri) = payload.body, let stored = StoredResult.id(at: uri) {
        response.payload = try await backend.store.result(
          stored, in: namespace, deadline: context.deadline
        ).payload.proto
      }
      return response
    }
    guard
      let stored = try await backend.store.latestResult(
        of: id, in: namespace, deadline: context.deadline)
    else { throw StoreError.notFound(resource: "result", name: "run \(id)") }
    return GetResultResponse(stored)
  }
}

extension GetResultResponse {
  /// A stored result.
  fileprivate init(_ result: StoredResult) {
    self.init(payload: result.payload.proto, runID: result.runID?.description ?? "")
  }
}
