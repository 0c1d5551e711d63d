// Decides what is said of how full pools and queues are, and of how a queue fares.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// How old the last sign of life of a healthy queue's workers may be, in seconds.
  private static let healthyPause = 60

  func readWorkPoolConcurrency(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body, isPaged: true)
    let most = try request.body.number("flow_run_limit") ?? 10
    let (pool, queues) = try await pool(request.parameters["name"] ?? "", request.context)
    let runs = try await holders(of: pool, request.context)
    var details: [Shape.WorkQueueConcurrencyStatusDetail] = []
    for queue in window.part(of: queues) {
      guard let id = UUIDValue(text: queue.id) else { continue }
      var detail = Shape.WorkQueueConcurrencyStatusDetail(
        queueID: id, queueName: queue.name, activeSlots: Int(queue.slotsTaken))
      detail.concurrencyLimit = queue.concurrencyLimit.map { Int($0) }
      let own = runs.filter { $0.queue == queue.name }
      detail.flowRuns = try own.prefix(max(0, most)).map { run throws(PrefectFailure) in
        try Shape.FlowRunSlotSummary(run)
      }
      detail.flowRunCount = Int(queue.slotsTaken)
      details.append(detail)
    }
    var status = Shape.WorkPoolConcurrencyStatus(
      activeSlots: Int(pool.slotsTaken), count: queues.count, limit: window.limit,
      pages: window.pages(of: queues.count), page: window.page)
    status.concurrencyLimit = pool.concurrencyLimit.map { Int($0) }
    status.queues = details
    return .ok(status)
  }

  func readWorkQueueConcurrency(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body, isPaged: true)
    let (queue, pool) = try await queue(request)
    let runs = try await holders(of: pool, request.context).filter { $0.queue == queue.name }
    var status = Shape.WorkQueueConcurrencyStatus(
      activeSlots: Int(queue.slotsTaken), count: runs.count, limit: window.limit,
      pages: window.pages(of: runs.count), page: window.page)
    status.concurrencyLimit = queue.concurrencyLimit.map { Int($0) }
    status.flowRuns = try window.part(of: runs).map { run throws(PrefectFailure) in
      try Shape.FlowRunSlotSummary(run)
    }
    return .ok(status)
  }

  /// A queue is healthy while a worker looks after it and nothing in it is late.
  func readWorkQueueStatus(_ request: PrefectRequest) async throws -> PrefectResponse {
    let (queue, pool) = try await queue(request)
    let late = try await runs(
      "pool = \"\(pool.name)\" AND state.name = \"Late\"", request.context
    ).filter { $0.queue == queue.name }.count
    var policy = Shape.WorkQueueHealthPolicy()
    policy.maximumLateRuns = 0
    policy.maximumSecondsSinceLastPolled = Self.healthyPause
    let workers = try await workers(of: pool, request.context).filter { worker in
      let queues = worker.identity?.queues ?? []
      return queues.isEmpty || queues.contains(queue.name)
    }
    var status = Shape.WorkQueueStatusDetail(
      healthy: late == 0 && workers.contains(where: \.online), healthCheckPolicy: policy)
    status.lateRunsCount = late
    status.lastPolled = workers.compactMap { $0.lastSeenTime.map(Instant.init) }.max()
    return .ok(status)
  }

  /// The runs of a pool that somebody has.
  private func holders(
    of pool: MartletProto.Pool, _ context: CallContext
  ) async throws -> [Run] {
    try await runs(
      "pool = \"\(pool.name)\" AND (state.type = PENDING OR state.type = RUNNING"
        + " OR state.type = CANCELLING)", context)
  }

  private func runs(_ filter: String, _ context: CallContext) async throws -> [Run] {
    var runs: [Run] = []
    var list = ListRunsRequest()
    list.filter = "kind = FLOW AND " + filter
    list.pageSize = 1000
    repeat {
      let page = try await services.runs.listRuns(list, context: context)
      runs += page.runs
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return runs
  }
}

extension Shape.FlowRunSlotSummary {
  /// A run that has a slot.
  fileprivate init(_ run: Run) throws(PrefectFailure) {
    let state = Shape.State(of: run)
    self.init(id: try run.uuid, name: run.name)
    stateType = state.type
    stateName = state.name
    startTime = (run.times?.startTime).map(Instant.init)
    stateTimestamp = state.timestamp
  }
}
