// Decides how Prefect's flow runs are made and read: runs of the kind FLOW.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// A run that its client executes itself begins PENDING and taken; one that is SCHEDULED is nobody's.
  func createFlowRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.FlowRunCreate = try request.body()
    let flow = try await flow(asked.flowID.text, request.context)
    var run = Run()
    run.kind = .flow
    run.id =
      asked.idempotencyKey.map { key in
        UUIDValue.derived(from: ["prefect flow run", flow.id, key], version: 4).text
      } ?? RunID.timeOrdered().description
    run.name = asked.name ?? ""
    run.definition = flow.name
    run.definitionVersion = asked.flowVersion ?? ""
    if case .object(let parameters)? = asked.parameters {
      run.parameters = JSONObject(parameters)
    }
    run.tags = asked.tags ?? []
    run.labels = asked.labels?.texts ?? [:]
    run.retry = asked.empiricalPolicy?.retry
    RunLabel.flowID.set(flow.id, in: &run.labels)
    RunLabel.idempotencyKey.set(asked.idempotencyKey, in: &run.labels)
    try await place(&run, below: asked.parentTaskRunID, request.context)
    let (made, isNew) =
      if let pool = asked.workPoolName, !pool.isEmpty {
        try await give(run, of: flow, to: pool, asked, request.context)
      } else {
        try await create(run, in: asked.state, request.context)
      }
    return .created(try await shown(made, request.context), isNew: isNew)
  }

  func readFlowRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let run = try await run(try request.id(), .flow, request.context)
    return .ok(try await shown(run, request.context))
  }

  /// What a client changes of its own run, all of it at once.
  func updateFlowRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.FlowRunUpdate = try request.body()
    try await edit(request) { run throws(PrefectFailure) in try asked.edit(&run) }
    return .done
  }

  /// Labels are added to those that there are.
  func updateFlowRunLabels(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: [String: JSON] = try request.body()
    try await edit(request) { run in
      run.labels.merge(asked.texts) { $1 }
      return ["labels"]
    }
    return .done
  }

  /// Changes a run as it is now. Another writer's changes are not lost: with an etag that is not the current one, again.
  ///
  /// - Parameter change: changes the run and tells which fields.
  private func edit(
    _ request: PrefectRequest, _ change: (inout Run) throws(PrefectFailure) -> [String]
  ) async throws {
    for attempt in 1... {
      var run = try await run(try request.id(), .flow, request.context)
      let paths = try change(&run)
      if paths.isEmpty { return }
      do {
        _ = try await services.runs.updateRun(
          UpdateRunRequest(run: run, updateMask: FieldMask(paths: paths)), context: request.context)
        return
      } catch let status as Status where status.code == .aborted && attempt < 10 {}
    }
  }

  func deleteRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await services.runs.deleteRun(
      DeleteRunRequest(id: try request.id().text), context: request.context)
    return .done
  }

  /// A run by its id.
  ///
  /// - Throws: 404 when there is none of that kind.
  func run(
    _ id: UUIDValue, _ kind: MartletProto.RunKind, _ context: CallContext
  ) async throws -> Run {
    let name = kind == .task ? "Task run" : "Flow run"
    do {
      let response = try await services.runs.getRun(GetRunRequest(id: id.text), context: context)
      guard let run = response.run, run.kind == kind else {
        throw PrefectFailure(404, "\(name) not found")
      }
      return run
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "\(name) not found")
    }
  }

  /// A flow run with the ids of its flow, pool and queue.
  private func shown(
    _ run: Run, _ context: CallContext
  ) async throws -> Shape.FlowRunResponse {
    var directory = WorkDirectory(services, context)
    return try await directory.shown(run)
  }
}
