// Decides how Prefect's lists of flows are read: by their ids or names, by what runs and deployments they have, or all of
// them, by name.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The most flows that a list looks at.
  private static let most = 10_000

  func readFlows(_ request: PrefectRequest) async throws -> PrefectResponse {
    let limit = min(
      try request.body.number("limit") ?? Self.longest, Self.longest)
    let offset = try request.body.number("offset") ?? 0
    guard limit >= 0, offset >= 0 else {
      throw ShapeFault(
        location: ["body", "limit"], message: "Input should be greater than or equal to 0",
        type: "greater_than_equal")
    }
    return .ok(Array(try await flows(of: request).dropFirst(offset).prefix(limit)))
  }

  /// Deletes the flows of a filter, with everything that is theirs.
  func bulkDeleteFlows(_ request: PrefectRequest) async throws -> PrefectResponse {
    let limit = try request.body.number("limit") ?? Self.longest
    var deleted: [UUIDValue] = []
    for flow in try await flows(of: request).prefix(min(limit, Self.longest)) {
      try await deleteFlow(flow.name, flow.id, request.context)
      deleted.append(flow.id)
    }
    return .ok(Shape.FlowBulkDeleteResponse(deleted: deleted))
  }

  /// The flows that a body's filter asks for, by name.
  func flows(of request: PrefectRequest) async throws -> [Shape.Flow] {
    let body = request.body
    let filter = try body["flows"].flatMap { json throws(ShapeFault) -> Shape.FlowFilter? in
      json == .null ? nil : try Shape.FlowFilter(json, at: ["body", "flows"])
    }
    var flows: [Shape.Flow] = []
    if filter?.operator != .or, let named = filter?.id?.any?.map(\.text) ?? filter?.name?.any {
      for reference in Set(named) {
        do {
          flows.append(try Shape.Flow(try await flow(reference, request.context)))
        } catch let status as Status where status.code == .notFound {}
      }
    } else {
      flows = try await allFlows(request.context)
    }
    if let filter {
      let deployed =
        filter.deployment?.isNull == nil
        ? [] : Set(try await deployments(of: .null, request.context).map(\.flowID))
      flows = flows.filter { filter.contains($0, deployed: deployed) }
    }
    if body["deployments"] ?? .null != .null || body["work_pools"] ?? .null != .null {
      let part = Self.part(of: body, ["deployments", "work_pools"])
      let deployed = Set(try await deployments(of: part, request.context).map(\.flowID))
      flows = flows.filter { deployed.contains($0.id) }
    }
    if body["flow_runs"] ?? .null != .null || body["task_runs"] ?? .null != .null {
      let part = Self.part(of: body, ["flow_runs", "task_runs"])
      let names = Set(try await values(of: "definition", inRuns: part, .flow, request.context))
      flows = flows.filter { names.contains($0.name) }
    }
    return flows.sorted(by: try body.sort(as: Shape.FlowSort.self) ?? .nameAsc)
  }

  private func allFlows(_ context: CallContext) async throws -> [Shape.Flow] {
    var flows: [Shape.Flow] = []
    var list = ListFlowsRequest(pageSize: 1000)
    repeat {
      let page = try await services.flows.listFlows(list, context: context)
      for flow in page.flows { flows.append(try Shape.Flow(flow)) }
      list.pageToken = page.nextPageToken
    } while flows.count < Self.most && !list.pageToken.isEmpty
    return flows
  }
}

extension [Shape.Flow] {
  /// The flows in an order.
  fileprivate func sorted(by order: Shape.FlowSort) -> [Shape.Flow] {
    let epoch = Instant.epoch
    return switch order {
    case .nameAsc: sorted { $0.name < $1.name }
    case .nameDesc: sorted { $0.name > $1.name }
    case .createdDesc: sorted { $0.created ?? epoch > $1.created ?? epoch }
    case .updatedDesc: sorted { $0.updated ?? epoch > $1.updated ?? epoch }
    }
  }
}

extension Shape.FlowFilter {
  /// Whether a flow meets it.
  ///
  /// - Parameter deployed: the flows that have deployments, where the filter asks for that.
  fileprivate func contains(_ flow: Shape.Flow, deployed: Set<UUIDValue>) -> Bool {
    var isNamed: [Bool] = []
    if let any = id?.any { isNamed.append(any.contains(flow.id)) }
    if let none = id?.notAny { isNamed.append(!none.contains(flow.id)) }
    var isCalled: [Bool] = []
    if let any = name?.any { isCalled.append(any.contains(flow.name)) }
    if let part = name?.like {
      isCalled.append(flow.name.lowercased().contains(part.lowercased()))
    }
    let flowTags = flow.tags ?? []
    var isTagged: [Bool] = []
    if let all = tags?.all { isTagged.append(Set(all).isSubset(of: flowTags)) }
    if let isNull = tags?.isNull { isTagged.append(flowTags.isEmpty == isNull) }
    if tags?.operator == .or, !isTagged.isEmpty { isTagged = [isTagged.contains(true)] }
    let isDeployed = deployment?.isNull.map { [deployed.contains(flow.id) != $0] } ?? []
    // Of one criterion all comparisons hold; of the criteria all, or one where the filter says so.
    let criteria = [isNamed, isCalled, isTagged, isDeployed].filter { !$0.isEmpty }
      .map { !$0.contains(false) }
    return self.operator == .or && !criteria.isEmpty
      ? criteria.contains(true) : !criteria.contains(false)
  }
}
