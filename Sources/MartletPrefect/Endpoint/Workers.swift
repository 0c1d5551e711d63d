// Decides how Prefect's workers are known: by signs of life, each the heartbeat of a worker of Martlet's with a session that
// follows from its pool and its name. What they run they look for themselves.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// How often a worker lives a sign of life that does not say how often.
  private static let pace = 30
  /// How many signs of life may be missing.
  private static let missing = 3

  func workerHeartbeat(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.WorkerHeartbeatBody = try request.body()
    let found = try await pool(request.parameters["work_pool_name"] ?? "", request.context)
    try await beat(
      asked.name, of: found.pool, every: asked.heartbeatIntervalSeconds, request.context)
    return .done
  }

  /// A sign of life.
  func beat(
    _ name: String, of pool: MartletProto.Pool, every seconds: Int?, _ context: CallContext
  ) async throws {
    let pace = max(1, min(seconds ?? Self.pace, 1200))
    var worker = MartletProto.WorkerIdentity()
    worker.pool = pool.name
    worker.name = name
    worker.type = pool.type
    worker.version = "prefect \(Self.release)"
    worker.labels = DeploymentNote.workerLabels
    worker.labels[Shape.WorkerResponse.interval] = "\(pace)"
    worker.session = Session(
      id: UUIDValue.derived(from: ["prefect worker", pool.id, name], version: 4).text,
      lease: .seconds(Self.missing * pace), holder: "Prefect worker \(name)")
    _ = try await services.workers.heartbeatWorker(
      HeartbeatWorkerRequest(worker: worker), context: context)
  }

  func readWorkers(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    let filter = ListFilter(request.body, "workers")
    let found = try await pool(request.parameters["work_pool_name"] ?? "", request.context)
    var shown: [Shape.WorkerResponse] = []
    for worker in try await workers(of: found.pool, request.context) {
      let worker = try Shape.WorkerResponse(worker, of: found.pool)
      let values: [String: JSON] = [
        "status": worker.status?.json ?? .null,
        "last_heartbeat_time": worker.lastHeartbeatTime?.json ?? .null,
      ]
      if try filter.matches(values) { shown.append(worker) }
    }
    return .ok(window.part(of: shown))
  }

  /// Every worker of a pool, by name.
  func workers(
    of pool: MartletProto.Pool, _ context: CallContext
  ) async throws -> [MartletProto.Worker] {
    var workers: [MartletProto.Worker] = []
    var list = ListWorkersRequest(pool: pool.name, includeOffline: true, pageSize: 1000)
    repeat {
      let page = try await services.workers.listWorkers(list, context: context)
      workers += page.workers
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return workers
  }

  func deleteWorker(_ request: PrefectRequest) async throws -> PrefectResponse {
    let found = try await pool(request.parameters["work_pool_name"] ?? "", request.context)
    _ = try await services.workers.deleteWorker(
      DeleteWorkerRequest(pool: found.pool.name, name: request.parameters["name"] ?? ""),
      context: request.context)
    return .done
  }
}
