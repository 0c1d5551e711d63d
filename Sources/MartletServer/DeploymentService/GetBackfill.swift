// Decides how one backfill is read, and how one is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension DeploymentHandlers {
  func getBackfill(
    _ request: GetBackfillRequest, context: CallContext
  ) async throws -> GetBackfillResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetBackfillResponse(
        backfill: MartletProto.Backfill(
          try await backend.store.backfill(
            try BackfillID(required: request.id, "id"), in: namespace, deadline: context.deadline)))
    }
  }
}

extension MartletProto.Backfill {
  /// A backfill as it is stored.
  init(_ backfill: MartletStore.Backfill) {
    self.init()
    id = backfill.request.id.description
    namespace = backfill.namespace.name
    deployment = backfill.request.deploymentID.description
    schedule = backfill.slug
    fromTime = backfill.request.from.timestamp
    toTime = backfill.request.to.timestamp
    onlyMissing = backfill.request.onlyMissing
    maxParallel = backfill.request.maxParallel
    newestFirst = backfill.request.newestFirst
    if case .object(let members)? = JSONValue(stored: backfill.request.parameters) {
      parameters = members
    }
    state = BackfillState(rawValue: Int32(backfill.state.rawValue))
    times = backfill.times
    runs = backfill.runs
    for (type, count) in backfill.ended { ended["\(type)"] = count }
    createTime = backfill.createTime.timestamp
    endTime = backfill.endTime?.timestamp
    createdBy = backfill.createdBy
  }
}
