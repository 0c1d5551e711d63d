// Decides how runs of deployments are made and found by those who serve them in place.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The most runs that are made at once.
  private static let mostRuns = 100

  /// Makes a run that waits for who runs the deployment. With a key that was given before it is the run of that key.
  func createFlowRunFromDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.DeploymentFlowRunCreate = try request.body()
    let deployment = try await deployment(try request.id(), request.context)
    let (run, isNew) = try await make(asked, of: deployment, request.context)
    var directory = WorkDirectory(services, request.context)
    return .created(try await directory.shown(run), isNew: isNew)
  }

  /// Each is made or fails by itself.
  func bulkCreateFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: [Shape.DeploymentFlowRunCreate] = try request.body()
    guard asked.count <= Self.mostRuns else {
      throw PrefectFailure(400, "Cannot create more than \(Self.mostRuns) flow runs at once.")
    }
    let deployment = try await deployment(try request.id(), request.context)
    var answer = Shape.FlowRunBulkCreateResponse()
    var results: [Shape.FlowRunCreateResult] = []
    for asked in asked {
      do {
        let (run, _) = try await make(asked, of: deployment, request.context)
        var result = Shape.FlowRunCreateResult(status: "CREATED")
        result.flowRunID = UUIDValue(text: run.id)
        results.append(result)
      } catch let failure as PrefectFailure where failure.status < 500 {
        var result = Shape.FlowRunCreateResult(status: "FAILED")
        result.error = failure.body["detail"]?.text ?? failure.body.description
        results.append(result)
      }
    }
    answer.results = results
    return .ok(answer)
  }

  private func make(
    _ asked: Shape.DeploymentFlowRunCreate, of deployment: MartletProto.Deployment,
    _ context: CallContext
  ) async throws -> (run: Run, isNew: Bool) {
    var run = Run()
    run.kind = .flow
    run.id =
      asked.idempotencyKey.map { key in
        let flow = deployment.spec?.runLabels[RunLabel.flowID.rawValue] ?? deployment.flow
        return UUIDValue.derived(from: ["prefect flow run", flow, key], version: 4).text
      } ?? RunID.timeOrdered().description
    run.name = asked.name ?? ""
    run.parentID = asked.parentTaskRunID?.text ?? ""
    run.parameters = asked.parameters?.members.map { JSONObject($0) }
    run.jobVariables = asked.jobVariables?.members.map { JSONObject($0) }
    run.tags = asked.tags ?? []
    run.labels = asked.labels?.texts ?? [:]
    run.retry = asked.empiricalPolicy?.retry
    RunLabel.idempotencyKey.set(asked.idempotencyKey, in: &run.labels)
    let due = asked.state?.stateDetails?.scheduledTime?.timestamp
    if due != nil {
      run.state = State(type: .scheduled, detail: .scheduled(Scheduled(dueTime: due)))
    }
    let request = CreateRunRequest(
      run: run, deployment: deployment.id,
      queue: try await queue(asked.workQueueName, of: deployment, context))
    let id = run.id
    do {
      let made = try await conflicting {
        try await services.runs.createRun(request, context: context)
      }
      guard let run = made.run else { throw PrefectFailure(500, "a run that is none") }
      if let state = asked.state, state.type != .scheduled, !made.duplicate,
        let id = UUIDValue(text: run.id)
      {
        _ = try await propose(state, to: id, .flow, force: false, context)
        return (try await self.run(id, .flow, context), true)
      }
      return (run, !made.duplicate)
    } catch let status as Status where status.code == .alreadyExists {
      // Prefect gives back what is there under the same key, whatever else is asked for.
      guard let id = UUIDValue(text: id) else { throw status }
      return (try await self.run(id, .flow, context), false)
    }
  }

  /// The queue that a run is to wait in, which is made if there is none of the name; empty for the deployment's own.
  func queue(
    _ name: String?, of deployment: MartletProto.Deployment, _ context: CallContext
  ) async throws -> String {
    guard let name, !name.isEmpty, let spec = deployment.spec,
      !["", PoolRules.servedPool].contains(spec.pool),
      name != (spec.queue.isEmpty ? PoolRules.defaultQueue : spec.queue)
    else { return "" }
    try await ensureQueue(name, in: spec.pool, context)
    return name
  }

  /// What programs find that serve deployments in place: what is due, for Martlet lets no run be claimed before.
  func readScheduledRunsOfDeployments(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.GetScheduledFlowRunsForDeploymentsBody = try request.body()
    if asked.deploymentIDs.isEmpty { return .ok([Shape.FlowRunResponse]()) }
    var list = ListReadyRunsRequest()
    list.pool = PoolRules.servedPool
    list.deployments = asked.deploymentIDs.map(\.text)
    return .ok(try await ready(list, limit: asked.limit, request.context))
  }

  /// What of a pool is ready for Prefect's own workers and programs.
  func ready(
    _ list: ListReadyRunsRequest, limit: Int?, _ context: CallContext
  ) async throws -> [Shape.FlowRunResponse] {
    var list = list
    list.workerLabels = DeploymentNote.workerLabels
    let most = max(1, min(limit ?? Self.longest, Self.longest))
    list.limit = Int32(most)
    if limit == 0 { return [] }
    var runs: [Run]
    do {
      runs = try await services.workers.listReadyRuns(list, context: context).runs
      // Those that are held, and whose programs may be gone, are in nobody's way.
      if most < Self.longest, runs.contains(where: \.isHeld) {
        list.limit = Int32(Self.longest)
        runs = try await services.workers.listReadyRuns(list, context: context).runs
      }
    } catch let status as Status
      where status.code == .notFound && list.pool == PoolRules.servedPool
    {
      return []
    }
    var directory = WorkDirectory(services, context)
    var shown: [Shape.FlowRunResponse] = []
    for run in runs.filter({ !$0.isHeld }).prefix(most) {
      shown.append(try await directory.shown(run))
    }
    return shown
  }

  /// The scheduler makes the runs of every schedule by itself; nothing is to be done.
  func scheduleDeployment(_ request: PrefectRequest) async throws -> PrefectResponse {
    for bound in ["start_time", "end_time"] where request.body[bound] ?? .null != .null {
      throw PrefectFailure(501, "Martlet makes up for the past by backfills: martlet backfill.")
    }
    _ = try await deployment(try request.id(), request.context)
    return PrefectResponse(body: .null)
  }

  /// The queues that runs of the deployment wait in.
  func checkWorkQueue(_ request: PrefectRequest) async throws -> PrefectResponse {
    let deployment = try await deployment(try request.id(), request.context)
    var directory = WorkDirectory(services, request.context)
    guard let spec = deployment.spec, !spec.pool.isEmpty,
      let found = try await directory.pool(spec.pool)
    else {
      return .ok([Shape.WorkQueueResponse]())
    }
    let name = spec.queue.isEmpty ? PoolRules.defaultQueue : spec.queue
    var shown: [Shape.WorkQueueResponse] = []
    for queue in found.queues where queue.name == name {
      shown.append(try Shape.WorkQueueResponse(queue, of: found.pool))
    }
    return .ok(shown)
  }
}
