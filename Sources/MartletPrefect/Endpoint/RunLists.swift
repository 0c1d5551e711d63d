// Decides how lists and counts of Prefect's are pages of Martlet's: by offset there, by keyset here.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The longest list, and how far into one an offset may go.
  private static let longest = 200
  private static let farthest = 10_000

  func readFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let runs = try await list(
      try Self.filter(request.body, .flow), request.body, request.context)
    var shown: [Shape.FlowRunResponse] = []
    var flows: [String: UUIDValue] = [:]
    for run in runs {
      var id = run.value(.flowID).flatMap { UUIDValue(text: $0) } ?? flows[run.definition]
      if id == nil {
        id = UUIDValue(text: try await flow(run.definition, request.context).id)
        flows[run.definition] = id
      }
      if let id { shown.append(try Shape.FlowRunResponse(run, flowID: id)) }
    }
    return .ok(shown)
  }

  func readTaskRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let runs = try await list(
      try Self.filter(request.body, .task), request.body, request.context)
    return .ok(try runs.map { run throws(PrefectFailure) in try Shape.TaskRun(run) })
  }

  func countRuns(
    _ request: PrefectRequest, _ kind: MartletProto.RunKind
  ) async throws -> PrefectResponse {
    let filter = try Self.filter(request.body, kind)
    if filter.isImpossible { return .ok(0) }
    let counts = try await services.runs.countRuns(
      CountRunsRequest(filter: filter.text), context: request.context)
    return .ok(Int(counts.total))
  }

  /// The filters of a body. Those on other things than runs and flows are refused.
  static func filter(
    _ body: JSON, _ kind: MartletProto.RunKind
  ) throws(PrefectFailure) -> RunFilter {
    var filter = RunFilter(kind)
    try filter.add(body["flows"], kind == .flow ? RunFilter.flowsOfFlowRuns : [:], "flows")
    try filter.add(
      body["flow_runs"], kind == .flow ? RunFilter.own : RunFilter.flowRunsOfTaskRuns, "flow_runs")
    try filter.add(body["task_runs"], kind == .task ? RunFilter.own : [:], "task_runs")
    for name in ["deployments", "work_pools", "work_pool_queues"] {
      try filter.add(body[name], [:], name)
    }
    return filter
  }

  private func list(
    _ filter: RunFilter, _ body: JSON, _ context: CallContext
  ) async throws -> [Run] {
    let limit = body["limit"].flatMap { try? Int($0, at: []) } ?? Self.longest
    let offset = body["offset"].flatMap { try? Int($0, at: []) } ?? 0
    guard (0...Self.longest).contains(limit), (0...Self.farthest).contains(offset) else {
      throw ShapeFault(
        location: ["body", "limit"],
        message: "A page is of \(Self.longest) at most, an offset \(Self.farthest).",
        type: "less_than_equal")
    }
    if filter.isImpossible || limit == 0 { return [] }
    var request = ListRunsRequest()
    request.filter = filter.text
    request.orderBy = try Self.order(body["sort"]?.text, of: filter)
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

  /// What Prefect shows of a run.
  private static let fields = [
    "id", "kind", "name", "definition", "definition_version", "parent_id", "state", "epoch",
    "attempt", "parameters", "dependencies", "labels", "tags", "times", "revision",
    "deployment_id", "pool", "queue", "schedule_id",
  ]

  /// The order of ids is that of creation, but for those that carry no time: below one run, where there are few, the
  /// times themselves are looked at.
  private static func order(
    _ sort: String?, of filter: RunFilter
  ) throws(PrefectFailure) -> String {
    let created = filter.isBelowOneRun ? "create_time" : "id"
    return switch sort {
    case nil, "ID_DESC": "id desc"
    case "EXPECTED_START_TIME_DESC": "\(created) desc"
    case "EXPECTED_START_TIME_ASC", "NEXT_SCHEDULED_START_TIME_ASC": created
    case "START_TIME_ASC": "start_time"
    case "START_TIME_DESC": "start_time desc"
    case "END_TIME_DESC": "end_time desc"
    case let other?: throw PrefectFailure(501, "Martlet does not sort by \(other) yet.")
    }
  }
}
