// Decides what Prefect's pages are told of flows in their lists: how many deployments each has, and which run comes next.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// How many deployments each of some flows has.
  func countDeploymentsByFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    let ids = try Self.flowIDs(request)
    var counts = Dictionary(ids.map { ($0.text, 0) }) { $1 }
    var directory = WorkDirectory(services, request.context)
    var list = ListDeploymentsRequest(pageSize: 1000)
    repeat {
      let page = try await services.deployments.listDeployments(list, context: request.context)
      for deployment in page.deployments where !deployment.isOfPooledRuns {
        let id = try await directory.flowID(deployment.flow).text
        if let count = counts[id] { counts[id] = count + 1 }
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return .ok(counts)
  }

  /// The run of each of some flows that is due first; null where none is.
  func nextRunsByFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    var shown = JSONMembers()
    for id in try Self.flowIDs(request) {
      shown.set(JSONText(id.text), to: try await nextRun(of: id, request.context)?.json ?? .null)
    }
    return PrefectResponse(body: .object(shown))
  }

  private func nextRun(
    of flow: UUIDValue, _ context: CallContext
  ) async throws -> Shape.SimpleNextFlowRun? {
    var filter = RunFilter(.flow)
    do {
      filter.add(flows: [try await self.flow(flow.text, context).name])
    } catch let status as Status where status.code == .notFound {
      return nil
    }
    // The ids of runs of schedules are in the order of their times.
    let list = ListRunsRequest(
      filter: filter.text + " AND state.type = SCHEDULED", orderBy: "id", pageSize: 100)
    var next: (run: Run, time: Instant)?
    for run in try await services.runs.listRuns(list, context: context).runs {
      guard let time = Shape.State(of: run).stateDetails?.scheduledTime else { continue }
      if let known = next?.time, known <= time { continue }
      next = (run, time)
    }
    guard let (run, time) = next, let id = UUIDValue(text: run.id) else { return nil }
    let state = Shape.State(of: run)
    return Shape.SimpleNextFlowRun(
      id: id, flowID: flow, name: run.name, stateName: state.name ?? "Scheduled",
      stateType: state.type, nextScheduledStartTime: time)
  }

  private static func flowIDs(_ request: PrefectRequest) throws -> [UUIDValue] {
    let ids = try [UUIDValue](request.body["flow_ids"] ?? .null, at: ["body", "flow_ids"])
    guard ids.count <= longest else {
      throw PrefectFailure(422, "At most \(longest) flows are asked for at once.")
    }
    return ids
  }
}
