// Decides how Prefect's deployments are those of Martlet: made and made anew by flow and name, read by id or name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// How often a change is made anew because another writer's came between.
  static let mostChanges = 10

  /// A deployment of a flow and a name comes to be, or becomes what is said.
  func createDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.DeploymentCreate = try request.body()
    guard asked.globalConcurrencyLimitID == nil else {
      throw PrefectFailure(
        501, "Martlet's deployments have limits of their own: concurrency_limit.")
    }
    let flow = try await flow(asked.flowID.text, request.context)
    let deployment = try MartletProto.Deployment(asked, of: flow, body: request.body)
    try await ensureQueue(deployment.spec, request.context)
    let applied = try await conflicting(["job_variables"]) {
      try await services.deployments.applyDeployment(
        ApplyDeploymentRequest(deployment: deployment), context: request.context)
    }
    var directory = WorkDirectory(services, request.context)
    return .created(
      try await directory.shown(applied.deployment ?? deployment), isNew: applied.created)
  }

  func readDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    var directory = WorkDirectory(services, request.context)
    return .ok(
      try await directory.shown(try await deployment(try request.id(), request.context)))
  }

  func readDeploymentByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    let name =
      "\(request.parameters["flow_name"] ?? "")/\(request.parameters["deployment_name"] ?? "")"
    var directory = WorkDirectory(services, request.context)
    return .ok(try await directory.shown(try await deployment(named: name, request.context)))
  }

  func updateDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.DeploymentUpdate = try request.body()
    guard asked.globalConcurrencyLimitID == nil else {
      throw PrefectFailure(
        501, "Martlet's deployments have limits of their own: concurrency_limit.")
    }
    let body = request.body
    try await change(
      try request.id(),
      [
        "description", "paused", "concurrency_limit", "collision_strategy", "schedules", "spec",
      ], request.context
    ) { deployment in
      try deployment.take(asked, body: body)
      try await ensureQueue(deployment.spec, request.context)
    }
    return .done
  }

  func deleteDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let deployment = try await deployment(try request.id(), request.context)
    _ = try await services.deployments.deleteDeployment(
      DeleteDeploymentRequest(deployment: deployment.id), context: request.context)
    return .done
  }

  func pauseDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let deployment = try await deployment(try request.id(), request.context)
    _ = try await services.deployments.pauseDeployment(
      PauseDeploymentRequest(deployment: deployment.id), context: request.context)
    return PrefectResponse(body: .null)
  }

  func resumeDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let deployment = try await deployment(try request.id(), request.context)
    _ = try await services.deployments.resumeDeployment(
      ResumeDeploymentRequest(deployment: deployment.id), context: request.context)
    return PrefectResponse(body: .null)
  }

  /// A deployment by its id.
  func deployment(
    _ id: UUIDValue, _ context: CallContext
  ) async throws -> MartletProto.Deployment { try await deployment(named: id.text, context) }

  private func deployment(
    named name: String, _ context: CallContext
  ) async throws -> MartletProto.Deployment {
    do {
      let response = try await services.deployments.getDeployment(
        GetDeploymentRequest(deployment: name), context: context)
      if let deployment = response.deployment { return deployment }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Deployment not found")
  }

  /// Changes some fields of a deployment; its etag guards what another writer says meanwhile.
  func change(
    _ id: UUIDValue, _ paths: [String], _ context: CallContext,
    _ edit: (inout MartletProto.Deployment) async throws -> Void
  ) async throws {
    for attempt in 1... {
      var deployment = try await deployment(id, context)
      try await edit(&deployment)
      do {
        let request = UpdateDeploymentRequest(
          deploymentRef: deployment.id, deployment: deployment,
          updateMask: FieldMask(paths: paths))
        _ = try await conflicting {
          try await services.deployments.updateDeployment(request, context: context)
        }
        return
      } catch let status as Status where status.code == .aborted && attempt < Self.mostChanges {}
    }
  }

  /// A queue that a deployment names comes to be with it; a pool does not.
  private func ensureQueue(
    _ spec: MartletProto.DeploymentSpec?, _ context: CallContext
  ) async throws {
    guard let spec, !spec.pool.isEmpty else { return }
    try await ensureQueue(spec.queue, in: spec.pool, context)
  }

  /// A queue of a pool comes to be if it is not there; a pool does not.
  func ensureQueue(
    _ name: String, in pool: String, _ context: CallContext
  ) async throws {
    let found = try await self.pool(pool, context)
    if name.isEmpty || found.queues.contains(where: { $0.name == name }) { return }
    var queue = MartletProto.Queue()
    queue.pool = found.pool.name
    queue.name = name
    do {
      _ = try await services.pools.createQueue(CreateQueueRequest(queue: queue), context: context)
    } catch let status as Status where status.code == .alreadyExists {}
  }

  /// Parameters of runs and job variables that do not fit are a conflict to Prefect.
  func conflicting<T: Sendable>(
    _ fields: [String] = ["parameters", "job_variables"], _ call: () async throws -> T
  ) async throws -> T {
    do { return try await call() } catch let status as Status
      where status.code == .invalidArgument
      && fields.contains(where: { status.message.contains($0) })
    {
      throw PrefectFailure(409, status.message)
    }
  }
}
