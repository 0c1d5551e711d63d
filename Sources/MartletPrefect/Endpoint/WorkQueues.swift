// Decides how Prefect's work queues are the queues of Martlet's pools: by pool and name, or by id. A queue that is named
// without a pool is one of the first pool.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// A queue with its pool.
  typealias PoolQueue = (queue: MartletProto.Queue, pool: MartletProto.Pool)

  /// The name of the pool that a request means.
  private static func poolName(_ request: PrefectRequest) -> String {
    request.parameters["work_pool_name"] ?? PoolRules.firstPool
  }

  func createWorkQueue(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.WorkQueueCreate = try request.body()
    if let priority = asked.priority, priority < 1 {
      throw ShapeFault(
        location: ["body", "priority"], message: "Input should be greater than 0",
        type: "greater_than")
    }
    let found = try await pool(Self.poolName(request), request.context)
    guard !found.queues.contains(where: { $0.name == asked.name }) else {
      throw PrefectFailure(409, "A work queue with this name already exists.")
    }
    var queue = MartletProto.Queue()
    queue.pool = found.pool.name
    queue.name = asked.name
    queue.description = asked.description ?? ""
    queue.priority = Int32(clamping: asked.priority ?? 0)
    queue.concurrencyLimit = asked.concurrencyLimit.map { Int32(clamping: $0) }
    queue.paused = asked.isPaused ?? false
    try await makeRoom(for: asked.priority, among: found.queues, in: found.pool, request.context)
    let made = try await services.pools.createQueue(
      CreateQueueRequest(queue: queue), context: request.context)
    return .created(try Shape.WorkQueueResponse(made.queue ?? queue, of: found.pool))
  }

  func readWorkQueue(_ request: PrefectRequest) async throws -> PrefectResponse {
    let (queue, pool) = try await queue(request)
    return .ok(try Shape.WorkQueueResponse(queue, of: pool))
  }

  /// What is not said stays; the default queue keeps its name.
  func updateWorkQueue(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.WorkQueueUpdate = try request.body()
    let (found, pool) = try await queue(request)
    var queue = MartletProto.Queue()
    var paths: [String] = []
    if let name = asked.name, name != found.name {
      queue.name = name
      paths.append("name")
    }
    if request.body["description"] != nil {
      queue.description = asked.description ?? ""
      paths.append("description")
    }
    if let isPaused = asked.isPaused {
      queue.paused = isPaused
      paths.append("paused")
    }
    if let priority = asked.priority {
      let others = try await self.pool(pool.id, request.context).queues.filter { $0.id != found.id }
      try await makeRoom(for: priority, among: others, in: pool, request.context)
      queue.priority = Int32(clamping: priority)
      paths.append("priority")
    }
    if request.body["concurrency_limit"] != nil {
      queue.concurrencyLimit = asked.concurrencyLimit.map { Int32(clamping: $0) }
      paths.append("concurrency_limit")
    }
    if !paths.isEmpty {
      _ = try await services.pools.updateQueue(
        UpdateQueueRequest(
          pool: pool.id, name: found.name, queue: queue, updateMask: FieldMask(paths: paths)),
        context: request.context)
    }
    return .done
  }

  /// To Prefect no two queues of a pool have one priority: those from a priority on that is taken come one later.
  private func makeRoom(
    for priority: Int?, among queues: [MartletProto.Queue], in pool: MartletProto.Pool,
    _ context: CallContext
  ) async throws {
    guard let priority, queues.contains(where: { Int($0.priority) == priority }) else { return }
    for queue in queues where Int(queue.priority) >= priority {
      var later = MartletProto.Queue()
      later.priority = queue.priority + 1
      _ = try await services.pools.updateQueue(
        UpdateQueueRequest(
          pool: pool.id, name: queue.name, queue: later,
          updateMask: FieldMask(paths: ["priority"])), context: context)
    }
  }

  func deleteWorkQueue(_ request: PrefectRequest) async throws -> PrefectResponse {
    let (queue, pool) = try await queue(request)
    _ = try await services.pools.deleteQueue(
      DeleteQueueRequest(pool: pool.id, name: queue.name), context: request.context)
    return .done
  }

  /// The queues of a pool, or of all.
  func readWorkQueues(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = ListFilter(request.body, "work_queues")
    let window = try ListWindow(request.body)
    var found: [PoolQueue] = []
    if let name = request.parameters["work_pool_name"] {
      let (pool, queues) = try await pool(name, request.context)
      found = queues.map { ($0, pool) }
    } else {
      found = try await allQueues(request.context)
    }
    let matching = try found.filter { try filter.matches($0.queue.values) }
    return .ok(
      try window.part(of: matching).map { queue, pool throws(PrefectFailure) in
        try Shape.WorkQueueResponse(queue, of: pool)
      })
  }

  /// The queue that the path names: by its id, or by its name and that of its pool.
  func queue(_ request: PrefectRequest) async throws -> PoolQueue {
    if let name = request.parameters["name"] {
      let (pool, queues) = try await pool(Self.poolName(request), request.context)
      guard let queue = queues.first(where: { $0.name == name }) else {
        throw PrefectFailure(404, "Work pool queue '\(pool.name)/\(name)' not found.")
      }
      return (queue, pool)
    }
    let id = try request.id().text
    guard let found = try await allQueues(request.context).first(where: { $0.queue.id == id })
    else { throw PrefectFailure(404, "Work queue not found") }
    return found
  }

  /// The queues of all pools but those of served deployments.
  func allQueues(_ context: CallContext) async throws -> [PoolQueue] {
    var found: [PoolQueue] = []
    for pool in try await allPools(context) where pool.type != PoolRules.servedPool {
      let queues = try await services.pools.listQueues(
        ListQueuesRequest(pool: pool.id), context: context
      ).queues
      found += queues.map { ($0, pool) }
    }
    return found
  }
}

extension MartletProto.Queue {
  /// What filters compare.
  fileprivate var values: [String: JSON] { ["id": .text(id), "name": .text(name)] }
}
