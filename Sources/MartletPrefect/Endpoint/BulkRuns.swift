// Decides what is done to many flow runs at once: to each what one request would do to it.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// Those that cannot be deleted now stay, and are not among those that are told.
  func bulkDeleteFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let runs = try await runsOfBulk(request)
    if runs.isEmpty { return .ok(Shape.FlowRunBulkDeleteResponse(deleted: [])) }
    let response = try await services.runs.batchDeleteRuns(
      BatchDeleteRunsRequest(ids: runs.map(\.id)), context: request.context)
    let deleted = zip(runs, response.results).compactMap { run, result -> UUIDValue? in
      if case .deletion? = result.outcome { UUIDValue(text: run.id) } else { nil }
    }
    return .ok(Shape.FlowRunBulkDeleteResponse(deleted: deleted))
  }

  func bulkSetFlowRunState(_ request: PrefectRequest) async throws -> PrefectResponse {
    let state = try Shape.StateCreate(request.body["state"] ?? .null, at: ["body", "state"])
    let force = request.body.isTrue("force")
    var results: [Shape.FlowRunOrchestrationResult] = []
    for run in try await runsOfBulk(request) {
      guard let id = UUIDValue(text: run.id) else { continue }
      let answer = try await propose(state, to: id, .flow, force: force, request.context)
      let result = try Shape.OrchestrationResult(answer.body ?? .null, at: [])
      results.append(
        Shape.FlowRunOrchestrationResult(
          flowRunID: id, status: result.status, state: result.state, details: result.details))
    }
    return .ok(Shape.FlowRunBulkSetStateResponse(results: results))
  }

  private func runsOfBulk(_ request: PrefectRequest) async throws -> [Run] {
    let limit = try request.body.number("limit") ?? Self.longest
    return try await list(
      try await filter(request.body, .flow, request.context), request.body, request.context,
      page: (0, min(max(limit, 0), Self.longest)))
  }
}
