// Decides what Prefect's workers find when they look for runs: what is due and has room, the first queue first. Looking claims
// nothing; the first to propose PENDING has the run.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readScheduledRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.GetScheduledFlowRunsBody = try request.body()
    let found = try await pool(request.parameters["name"] ?? "", request.context)
    let names = asked.workQueueNames ?? []
    for name in names where !found.queues.contains(where: { $0.name == name }) {
      throw PrefectFailure(404, "Work pool queue '\(found.pool.name)/\(name)' not found.")
    }
    var list = ListReadyRunsRequest()
    list.pool = found.pool.id
    list.queues = names
    var shown: [Shape.WorkerFlowRunResponse] = []
    for run in try await ready(list, limit: asked.limit, request.context) {
      guard let pool = run.workPoolID, let queue = run.workQueueID,
        asked.scheduledAfter.map({ $0 <= run.nextScheduledStartTime ?? $0 }) ?? true
      else { continue }
      shown.append(
        Shape.WorkerFlowRunResponse(
          workPoolID: pool, workQueueID: queue, flowRun: try Shape.FlowRun(run.json, at: [])))
    }
    return .ok(shown)
  }

  func readWorkQueueRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let (queue, pool) = try await queue(request)
    var list = ListReadyRunsRequest()
    list.pool = pool.id
    list.queues = [queue.name]
    let limit = try request.body.number("limit")
    return .ok(try await ready(list, limit: limit, request.context))
  }
}
