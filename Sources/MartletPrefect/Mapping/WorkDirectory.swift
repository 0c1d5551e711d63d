// Decides how the ids that Prefect's answers hold are found by the names that Martlet's hold: each asked for once in a
// request.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// The flows, pools and queues that one request has come across.
struct WorkDirectory {
  private let services: PrefectAPI.Services
  private let context: CallContext
  private var flows: [String: UUIDValue] = [:]
  private var pools: [String: (pool: MartletProto.Pool, queues: [MartletProto.Queue])?] = [:]

  init(_ services: PrefectAPI.Services, _ context: CallContext) {
    self.services = services
    self.context = context
  }

  /// The id of a flow; where it was deleted, for what it ran stays, one that is always the same.
  mutating func flowID(_ name: String) async throws -> UUIDValue {
    if let known = flows[name] { return known }
    var id = UUIDValue.derived(from: ["deleted flow", name])
    do {
      let request = GetFlowRequest(ref: name)
      let flow = try await services.flows.getFlow(request, context: context).flow
      if let known = flow.flatMap({ UUIDValue(text: $0.id) }) { id = known }
    } catch let status as Status where status.code == .notFound {}
    flows[name] = id
    return id
  }

  /// The id of a run's flow, which is looked for by name where the run was not made by Prefect's client.
  mutating func flowID(of run: Run) async throws -> UUIDValue {
    if let id = run.value(.flowID).flatMap({ UUIDValue(text: $0) }) { return id }
    return try await flowID(run.definition)
  }

  /// A pool with its queues; nil when there is none of that name or id.
  mutating func pool(
    _ name: String
  ) async throws -> (pool: MartletProto.Pool, queues: [MartletProto.Queue])? {
    if let known = pools[name] { return known }
    do {
      let request = GetPoolRequest(pool: name)
      guard let pool = try await services.pools.getPool(request, context: context).pool else {
        return nil
      }
      let queues = try await services.pools.listQueues(
        ListQueuesRequest(pool: pool.id), context: context
      ).queues
      pools[name] = (pool, queues)
      return (pool, queues)
    } catch let status as Status where status.code == .notFound {
      pools.updateValue(nil, forKey: name)
      return nil
    }
  }

  /// A deployment as Prefect sees it.
  mutating func shown(
    _ deployment: MartletProto.Deployment
  ) async throws -> Shape.DeploymentResponse {
    let flowID = try await flowID(deployment.flow)
    guard let spec = deployment.spec, !spec.pool.isEmpty, let found = try await pool(spec.pool)
    else {
      return try Shape.DeploymentResponse(deployment, flowID: flowID, queue: nil, isReady: nil)
    }
    let name = spec.queue.isEmpty ? PoolRules.defaultQueue : spec.queue
    return try Shape.DeploymentResponse(
      deployment, flowID: flowID, queue: found.queues.first { $0.name == name },
      isReady: found.pool.workersOnline > 0)
  }

  /// A flow run as Prefect sees it, with the ids of its pool and queue.
  mutating func shown(_ run: Run) async throws -> Shape.FlowRunResponse {
    var shown = try Shape.FlowRunResponse(run, flowID: try await flowID(of: run))
    if shown.workPoolName != nil, let found = try await pool(run.pool) {
      shown.workPoolID = UUIDValue(text: found.pool.id)
      shown.workQueueID = found.queues.first { $0.name == run.queue }
        .flatMap { UUIDValue(text: $0.id) }
    }
    return shown
  }
}
