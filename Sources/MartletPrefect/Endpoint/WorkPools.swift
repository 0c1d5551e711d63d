// Decides how Prefect's work pools are Martlet's pools: the same names, types, templates, limits and pauses.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func createWorkPool(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.WorkPoolCreate = try request.body()
    try Self.checkName(asked.name)
    var directory = WorkDirectory(services, request.context)
    guard try await directory.pool(asked.name) == nil else {
      throw PrefectFailure(409, "A work pool with this name already exists.")
    }
    let pool = try await makePool(asked, request.context)
    return .created(try await shown(pool, request.context))
  }

  /// Makes a pool; one that came to be meanwhile is a conflict.
  func makePool(
    _ asked: Shape.WorkPoolCreate, _ context: CallContext
  ) async throws -> MartletProto.Pool {
    var pool = MartletProto.Pool()
    pool.name = asked.name
    pool.type = asked.type ?? "prefect-agent"
    pool.description = asked.description ?? ""
    pool.template = JobTemplate(prefect: asked.baseJobTemplate)
    pool.template?.storage = asked.storageConfiguration
    pool.concurrencyLimit = asked.concurrencyLimit.map { Int32(clamping: $0) }
    pool.paused = asked.isPaused ?? false
    do {
      let made = try await services.pools.createPool(
        CreatePoolRequest(pool: pool), context: context)
      return made.pool ?? pool
    } catch let status as Status where status.code == .alreadyExists {
      throw PrefectFailure(409, "A work pool with this name already exists.")
    }
  }

  func readWorkPool(_ request: PrefectRequest) async throws -> PrefectResponse {
    let found = try await pool(request.parameters["name"] ?? "", request.context)
    return .ok(try Shape.WorkPoolResponse(found.pool, queues: found.queues))
  }

  func readWorkPools(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    var shown: [Shape.WorkPoolResponse] = []
    for pool in window.part(of: try await matchingPools(request)) {
      shown.append(try await self.shown(pool, request.context))
    }
    return .ok(shown)
  }

  func countWorkPools(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await matchingPools(request).count)
  }

  /// What is not said stays.
  func updateWorkPool(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.WorkPoolUpdate = try request.body()
    let found = try await pool(request.parameters["name"] ?? "", request.context)
    var pool = MartletProto.Pool()
    var paths: [String] = []
    if request.body["description"] != nil {
      pool.description = asked.description ?? ""
      paths.append("description")
    }
    if let isPaused = asked.isPaused {
      pool.paused = isPaused
      paths.append("paused")
    }
    if asked.baseJobTemplate != nil || asked.storageConfiguration != nil {
      let template = found.pool.template
      pool.template = asked.baseJobTemplate.map { JobTemplate(prefect: $0) } ?? template
      pool.template?.storage = asked.storageConfiguration ?? template?.storage
      paths.append("template")
    }
    if request.body["concurrency_limit"] != nil {
      pool.concurrencyLimit = asked.concurrencyLimit.map { Int32(clamping: $0) }
      paths.append("concurrency_limit")
    }
    if !paths.isEmpty {
      _ = try await services.pools.updatePool(
        UpdatePoolRequest(poolRef: found.pool.id, pool: pool, updateMask: FieldMask(paths: paths)),
        context: request.context)
    }
    return .done
  }

  /// A pool that a deployment names stays: unlike Prefect, Martlet leaves no deployment without its pool.
  func deleteWorkPool(_ request: PrefectRequest) async throws -> PrefectResponse {
    let name = request.parameters["name"] ?? ""
    try Self.checkName(name)
    let found = try await pool(name, request.context)
    _ = try await services.pools.deletePool(
      DeletePoolRequest(pool: found.pool.id), context: request.context)
    return .done
  }

  /// A pool of a name with its queues.
  func pool(
    _ name: String, _ context: CallContext
  ) async throws -> (pool: MartletProto.Pool, queues: [MartletProto.Queue]) {
    var directory = WorkDirectory(services, context)
    guard let found = try await directory.pool(name) else {
      throw PrefectFailure(404, "Work pool \"\(name)\" not found.")
    }
    return found
  }

  /// Every pool, by name.
  func allPools(_ context: CallContext) async throws -> [MartletProto.Pool] {
    var pools: [MartletProto.Pool] = []
    var list = ListPoolsRequest(pageSize: 1000)
    repeat {
      let page = try await services.pools.listPools(list, context: context)
      pools += page.pools
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return pools
  }

  /// The programs that serve deployments in place have a pool to Martlet, and none to Prefect.
  private func matchingPools(_ request: PrefectRequest) async throws -> [MartletProto.Pool] {
    let filter = ListFilter(request.body, "work_pools")
    return try await allPools(request.context).filter {
      try $0.type != PoolRules.servedPool && filter.matches($0.values)
    }
  }

  private func shown(
    _ pool: MartletProto.Pool, _ context: CallContext
  ) async throws -> Shape.WorkPoolResponse {
    let queues = try await services.pools.listQueues(
      ListQueuesRequest(pool: pool.id), context: context
    ).queues
    return try Shape.WorkPoolResponse(pool, queues: queues)
  }

  private static func checkName(_ name: String) throws(PrefectFailure) {
    guard name.lowercased().hasPrefix("prefect") else { return }
    throw PrefectFailure(
      403, "Work pools starting with 'Prefect' are reserved for internal use.")
  }
}

extension MartletProto.Pool {
  /// What filters compare.
  var values: [String: JSON] { ["id": .text(id), "name": .text(name), "type": .text(type)] }
}
