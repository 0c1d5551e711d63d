// Decides how lists and counts of Prefect's are pages of Martlet's: by offset there, by keyset here.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The longest list, and how far into one an offset may go.
  static let longest = 200
  private static let farthest = 10_000
  /// The most runs that are sorted by name.
  private static let mostSorted = 2_000
  /// The most flow runs that are found by their task runs.
  private static let mostParents = 400

  func readFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = try await filter(request.body, .flow, request.context)
    let runs = try await list(filter, request.body, request.context)
    return .ok(try await shown(runs, request.context))
  }

  func readTaskRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = try await filter(request.body, .task, request.context)
    let runs = try await list(filter, request.body, request.context)
    return .ok(try Self.shown(runs))
  }

  func countRuns(
    _ request: PrefectRequest, _ kind: MartletProto.RunKind
  ) async throws -> PrefectResponse {
    let filter = try await filter(request.body, kind, request.context)
    return .ok(try await count(filter, request.context))
  }

  /// How many runs meet a filter.
  func count(_ filter: RunFilter, _ context: CallContext) async throws -> Int {
    if filter.isImpossible { return 0 }
    let counts = try await services.runs.countRuns(
      CountRunsRequest(filter: filter.text), context: context)
    return Int(counts.total)
  }

  /// Flow runs as Prefect has them, with the ids of their flows, pools and queues.
  func shown(_ runs: [Run], _ context: CallContext) async throws -> [Shape.FlowRunResponse] {
    var shown: [Shape.FlowRunResponse] = []
    var directory = WorkDirectory(services, context)
    for run in runs {
      shown.append(try await directory.shown(run))
    }
    return shown
  }

  /// Task runs, and subflows as their parents see them.
  static func shown(_ runs: [Run]) throws -> [Shape.TaskRun] {
    try runs.filter { $0.kind == .task || $0.trackingID != nil }
      .map { run throws(PrefectFailure) in try Shape.TaskRun(any: run) }
  }

  /// The filters of a body.
  func filter(
    _ body: JSON, _ kind: MartletProto.RunKind, _ context: CallContext
  ) async throws -> RunFilter {
    var filter = RunFilter(kind)
    let isFlow = kind == .flow
    // Runs know their flow, pool and queue by name.
    let flows = try IDCriterion(body, "flows")
    if let ids = flows.ids { filter.add(flows: try await names(of: ids, context)) }
    try filter.add(
      flows.others, isFlow ? RunFilter.flowsOfFlowRuns : RunFilter.flowsOfTaskRuns, "flows")
    try filter.add(
      body["flow_runs"], isFlow ? RunFilter.own : RunFilter.flowRunsOfTaskRuns, "flow_runs")
    if isFlow, body["task_runs"] ?? .null != .null {
      filter.add(runs: try await flowRuns(ofTaskRuns: body, context))
    } else {
      try filter.add(body["task_runs"], RunFilter.own, "task_runs")
    }
    try filter.add(
      body["deployments"],
      isFlow ? RunFilter.deploymentsOfFlowRuns : RunFilter.deploymentsOfTaskRuns, "deployments")
    let pools = try IDCriterion(body, "work_pools")
    if let ids = pools.ids {
      let known = try await allPools(context).filter { ids.contains(UUIDValue(text: $0.id)) }
      filter.add(pools: known.map(\.name))
    }
    try filter.add(
      pools.others, isFlow ? RunFilter.poolsOfFlowRuns : RunFilter.poolsOfTaskRuns, "work_pools")
    for name in ["work_pool_queues", "work_queues"] {
      let queues = try IDCriterion(body, name)
      if let ids = queues.ids {
        let known = try await allQueues(context).filter {
          ids.contains(UUIDValue(text: $0.queue.id))
        }
        filter.add(queues: known.map { ($0.pool.name, $0.queue.name) })
      }
      try filter.add(
        queues.others, isFlow ? RunFilter.queuesOfFlowRuns : RunFilter.queuesOfTaskRuns, name)
    }
    return filter
  }

  /// The flow runs that have task runs which meet a filter, where they are few.
  private func flowRuns(
    ofTaskRuns body: JSON, _ context: CallContext
  ) async throws -> [String] {
    let runs = try await values(
      of: "parent_id", inRuns: Self.part(of: body, ["task_runs"]), .task, context)
    guard runs.count <= Self.mostParents else {
      throw PrefectFailure(
        501,
        "Martlet finds \(Self.mostParents) flow runs by their task runs at most: ask for fewer.")
    }
    return runs
  }

  /// The values that a field has among the runs which meet a filter.
  func values(
    of field: String, inRuns body: JSON, _ kind: MartletProto.RunKind, _ context: CallContext
  ) async throws -> [String] {
    let filter = try await filter(body, kind, context)
    if filter.isImpossible { return [] }
    let counts = try await services.runs.countRuns(
      CountRunsRequest(filter: filter.text, groupBy: [field]), context: context)
    guard !counts.bounded else {
      throw PrefectFailure(501, "Martlet looks at 100,000 runs at most for that: ask for fewer.")
    }
    return counts.groups.compactMap(\.values.first).filter { !$0.isEmpty }
  }

  /// Some filters of a body.
  static func part(of body: JSON, _ names: [String]) -> JSON {
    var members = JSONMembers()
    for name in names { members.set(JSONText(name), to: body[name] ?? .null) }
    return .object(members)
  }

  private func names(of flows: [UUIDValue?], _ context: CallContext) async throws -> [String] {
    var names: [String] = []
    for case let id? in flows {
      do {
        names.append(try await flow(id.text, context).name)
      } catch let status as Status where status.code == .notFound {}
    }
    return names
  }

  /// The runs of a list.
  ///
  /// - Parameters:
  ///   - page: where it begins and how long it is; what the body says when nil.
  ///   - longest: the most that may be asked for.
  func list(
    _ filter: RunFilter, _ body: JSON, _ context: CallContext,
    page: (offset: Int, limit: Int)? = nil, longest: Int = PrefectAPI.longest
  ) async throws -> [Run] {
    let limit = try page?.limit ?? body.number("limit") ?? longest
    let offset = try page?.offset ?? body.number("offset") ?? 0
    guard (0...longest).contains(limit), (0...Self.farthest).contains(offset) else {
      throw ShapeFault(
        location: ["body", "limit"],
        message: "A page is of \(longest) at most, an offset \(Self.farthest).",
        type: "less_than_equal")
    }
    if filter.isImpossible || limit == 0 { return [] }
    let sort = body["sort"]?.text
    if sort == "NAME_ASC" || sort == "NAME_DESC" {
      let runs = try await listByName(filter, isDescending: sort == "NAME_DESC", context)
      return Array(runs.dropFirst(offset).prefix(limit))
    }
    return try await pages(
      of: filter, by: try Self.order(sort, of: filter), offset: offset, limit: limit, context)
  }

  private func pages(
    of filter: RunFilter, by order: String, offset: Int, limit: Int, _ context: CallContext
  ) async throws -> [Run] {
    var request = ListRunsRequest()
    request.filter = filter.text
    request.orderBy = order
    request.readMask = FieldMask(paths: Self.fields)
    request.pageSize = Int32(min(offset + limit, 1000))
    var left = offset
    var runs: [Run] = []
    repeat {
      let page = try await services.runs.listRuns(request, context: context)
      let skipped = min(left, page.runs.count)
      left -= skipped
      runs += page.runs.dropFirst(skipped)
      request.pageToken = page.nextPageToken
    } while runs.count < limit && !request.pageToken.isEmpty
    return Array(runs.prefix(limit))
  }

  /// All runs of a filter by their names, where they are few enough to be sorted here.
  private func listByName(
    _ filter: RunFilter, isDescending: Bool, _ context: CallContext
  ) async throws -> [Run] {
    let most = Self.mostSorted
    let runs = try await pages(of: filter, by: "id desc", offset: 0, limit: most + 1, context)
    guard runs.count <= most else {
      throw PrefectFailure(501, "Martlet sorts \(most) runs by name at most: ask for fewer.")
    }
    return runs.sorted { isDescending ? $0.name > $1.name : $0.name < $1.name }
  }

  /// What Prefect shows of a run.
  private static let fields = [
    "id", "kind", "name", "definition", "definition_version", "parent_id", "state", "epoch",
    "attempt", "parameters", "dependencies", "labels", "tags", "times", "revision",
    "deployment_id", "pool", "queue", "schedule_id",
    "retry", "job_variables",
  ]

  /// The order of ids is that of creation, but for those that carry no time: below one run, where there are few, the
  /// times themselves are looked at.
  private static func order(
    _ sort: String?, of filter: RunFilter
  ) throws(ShapeFault) -> String {
    let created = filter.isBelowOneRun ? "create_time" : "id"
    return switch sort {
    case nil, "ID_DESC": "id desc"
    case "EXPECTED_START_TIME_DESC": "\(created) desc"
    case "EXPECTED_START_TIME_ASC", "NEXT_SCHEDULED_START_TIME_ASC": created
    case "START_TIME_ASC": "start_time"
    case "START_TIME_DESC": "start_time desc"
    case "END_TIME_DESC": "end_time desc"
    default:
      throw ShapeFault(
        location: ["body", "sort"], message: "Input should be one of Prefect's orders",
        type: "enum")
    }
  }
}
