// Decides where a result is looked for: that of a run in its state, then among what was stored for it.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension ResultHandlers {
  func getResult(_ request: GetResultRequest, context: CallContext) async throws
    -> GetResultResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let found: FoundResult
      switch request.which {
      case .id(let id): found = try await result(id, namespace, context)
      case .runID(let id): found = try await result(ofRun: id, namespace, context)
      case nil: throw InvalidValue("which", "is missing: give run_id or id")
      }
      return GetResultResponse(
        payload: found.payload.proto, runID: found.runID?.description ?? "",
        cachedFrom: found.cachedFrom?.description ?? "")
    }
  }

  /// The stored result of an id or an address.
  func result(
    _ id: String, _ namespace: Namespace, _ context: CallContext
  ) async throws -> FoundResult {
    let id = try StoredResult.id(at: id) ?? ObjectID(required: id, "id")
    return FoundResult(
      try await backend.store.result(id, in: namespace, deadline: context.deadline))
  }

  /// The result of a run.
  func result(
    ofRun id: String, _ namespace: Namespace, _ context: CallContext
  ) async throws -> FoundResult {
    let id = try RunID(required: id, "run_id")
    let run = try await backend.store.run(id, in: namespace, deadline: context.deadline)
    if case .completed(let completed) = run.state.detail, let payload = completed.result {
      var found = FoundResult(payload: payload)
      if case .uri(let uri) = payload.body, let stored = StoredResult.id(at: uri) {
        found = FoundResult(
          try await backend.store.result(stored, in: namespace, deadline: context.deadline))
      }
      found.runID = id
      found.cachedFrom = completed.cachedFrom
      return found
    }
    guard
      let stored = try await backend.store.latestResult(
        of: id, in: namespace, deadline: context.deadline)
    else {
      throw Status(.notFound, "run \(id) has no result: it returned none, or has not ended well")
        .with(reason: "NOT_FOUND")
        .with(.resourceInfo(type: "result", name: id.description, owner: "", description: ""))
    }
    return FoundResult(stored)
  }
}

/// A result, wherever it was found.
struct FoundResult {
  /// The value, or where it is.
  var payload: MartletModel.Payload
  /// The result beside the states that has it; nil for one inside a state.
  var stored: StoredResult?
  /// The run that returned it.
  var runID: RunID?
  /// The run that computed it, when it came out of the cache.
  var cachedFrom: RunID?
}

extension FoundResult {
  /// A stored result.
  init(_ result: StoredResult) {
    self.init(payload: result.payload, stored: result, runID: result.runID)
  }
}
