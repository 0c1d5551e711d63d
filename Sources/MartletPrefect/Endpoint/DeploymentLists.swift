// Decides how deployments are listed and counted: all are read, few as they are, and those that pass are shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The most that are deleted at once.
  private static let mostDeleted = 50

  func readDeployments(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    return .ok(window.part(of: try await deployments(of: request.body, request.context)))
  }

  func paginateDeployments(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body, isPaged: true)
    let all = try await deployments(of: request.body, request.context)
    return .ok(
      Shape.DeploymentPaginationResponse(
        results: window.part(of: all), count: all.count, limit: window.limit,
        pages: window.pages(of: all.count), page: window.page))
  }

  func countDeployments(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await deployments(of: request.body, request.context).count)
  }

  func bulkDeleteDeployments(_ request: PrefectRequest) async throws -> PrefectResponse {
    let limit = try request.body.number("limit") ?? Self.mostDeleted
    var deleted: [UUIDValue] = []
    for deployment in try await deployments(of: request.body, request.context).prefix(
      max(0, min(limit, Self.mostDeleted)))
    {
      do {
        _ = try await services.deployments.deleteDeployment(
          DeleteDeploymentRequest(deployment: deployment.id.text), context: request.context)
        deleted.append(deployment.id)
      } catch let status as Status where status.code == .notFound {}
    }
    var answer = Shape.DeploymentBulkDeleteResponse()
    answer.deleted = deleted
    return .ok(answer)
  }

  /// The deployments that a body's filters ask for.
  func deployments(
    of body: JSON, _ context: CallContext
  ) async throws -> [Shape.DeploymentResponse] {
    var run: Set<String>?
    if body["flow_runs"] ?? .null != .null || body["task_runs"] ?? .null != .null {
      let part = Self.part(of: body, ["flow_runs", "task_runs"])
      run = Set(try await values(of: "deployment_id", inRuns: part, .flow, context))
    }
    let own = ListFilter(body, "deployments")
    let flows = ListFilter(body, "flows")
    let pools = ListFilter(body, "work_pools")
    let queues = ListFilter(body, "work_pool_queues")
    var directory = WorkDirectory(services, context)
    var found: [Shape.DeploymentResponse] = []
    var list = ListDeploymentsRequest(pageSize: 1000)
    repeat {
      let page = try await services.deployments.listDeployments(list, context: context)
      for deployment in page.deployments {
        if deployment.isOfPooledRuns { continue }
        if let run, !run.contains(deployment.id) { continue }
        let shown = try await directory.shown(deployment)
        let flow: [String: JSON] = ["id": shown.flowID.json, "name": .text(deployment.flow)]
        guard try own.matches(shown.values(flow: deployment.flow)), try flows.matches(flow) else {
          continue
        }
        if !pools.isEmpty || !queues.isEmpty {
          guard let name = shown.workPoolName, let pool = try await directory.pool(name)?.pool,
            try pools.matches(pool.values),
            try queues.matches([
              "id": shown.workQueueID?.json ?? .null, "name": .text(shown.workQueueName ?? ""),
            ])
          else { continue }
        }
        found.append(shown)
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    try Self.sort(&found, by: body["sort"]?.text)
    return found
  }

  private static func sort(
    _ deployments: inout [Shape.DeploymentResponse], by order: String?
  ) throws(ShapeFault) {
    switch order {
    case nil, "NAME_ASC": deployments.sort { $0.name < $1.name }
    case "NAME_DESC": deployments.sort { $0.name > $1.name }
    case "CREATED_DESC": deployments.sort { ($0.created ?? .epoch) > ($1.created ?? .epoch) }
    case "UPDATED_DESC": deployments.sort { ($0.updated ?? .epoch) > ($1.updated ?? .epoch) }
    default:
      throw ShapeFault(
        location: ["body", "sort"],
        message: "Input should be 'CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'",
        type: "enum")
    }
  }
}

extension Shape.DeploymentResponse {
  /// What filters compare.
  fileprivate func values(flow: String) -> [String: JSON] {
    [
      "id": id.json, "name": .text(name), "paused": .bool(paused ?? false),
      "tags": .texts(tags ?? []), "flow_or_deployment_name": .texts([name, flow]),
      "work_queue_name": workQueueName.map { .text($0) } ?? .null,
      "concurrency_limit": globalConcurrencyLimit.map { .integer($0.limit) } ?? .null,
    ]
  }
}
