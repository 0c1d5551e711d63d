// Decides how flow runs are given to a work pool without a deployment: Martlet's workers take runs of deployments, so each
// flow has one for each pool that it is given to, which Prefect's client does not see.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// Makes a run that waits in a pool, or that its client has and gives to the pool later.
  ///
  /// - Returns: the run as it is now, and whether it is new.
  func give(
    _ run: Run, of flow: MartletProto.Flow, to pool: String, _ asked: Shape.FlowRunCreate,
    _ context: CallContext
  ) async throws -> (run: Run, isNew: Bool) {
    let found = try await self.pool(pool, context).pool
    let deployment = try await deployment(of: flow, in: found, context)
    var run = run
    run.jobVariables = asked.jobVariables?.members.map { JSONObject($0) }
    let isHeld = asked.state?.type != .scheduled
    RunLabel.held.set(isHeld ? Run.mark : nil, in: &run.labels)
    run.state = State(
      type: .scheduled,
      detail: .scheduled(
        Scheduled(dueTime: isHeld ? nil : Self.due(of: run, in: asked.state)?.timestamp)))
    let request = CreateRunRequest(
      run: run, deployment: deployment.id,
      queue: try await queue(asked.workQueueName, of: deployment, context))
    guard let id = UUIDValue(text: run.id) else { throw PrefectFailure(422, "id is no UUID") }
    let isNew: Bool
    do {
      isNew = try await conflicting {
        try await !services.runs.createRun(request, context: context).duplicate
      }
    } catch let status as Status where status.code == .alreadyExists {
      // Prefect gives back what is there under the same key, whatever else is asked for.
      isNew = false
    }
    var made = try await self.run(id, .flow, context)
    // Also one that was made by an attempt of which no more was done.
    if isHeld, made.isHeld {
      let state = asked.state ?? Shape.StateCreate(type: .pending)
      _ = try await propose(state, to: id, .flow, force: false, context)
      made = try await self.run(id, .flow, context)
    }
    return (made, isNew)
  }

  /// The deployment of a flow for what a pool is given of it.
  private func deployment(
    of flow: MartletProto.Flow, in pool: MartletProto.Pool, _ context: CallContext
  ) async throws -> MartletProto.Deployment {
    var deployment = MartletProto.Deployment()
    deployment.flow = flow.name
    let name = "given to \(pool.name)"
    deployment.name = name.utf8.count > PoolRules.longestName ? "given to \(pool.id)" : name
    deployment.description = "For runs that Prefect's clients give to the work pool by themselves."
    var spec = MartletProto.DeploymentSpec()
    spec.pool = pool.name
    RunLabel.flowID.set(flow.id, in: &spec.runLabels)
    RunLabel.pooled.set(Run.mark, in: &spec.runLabels)
    DeploymentNote().put(into: &spec)
    deployment.spec = spec
    let applied = try await services.deployments.applyDeployment(
      ApplyDeploymentRequest(deployment: deployment), context: context)
    return applied.deployment ?? deployment
  }
}

extension MartletProto.Deployment {
  /// Whether it is there for runs that are given to a pool by themselves.
  var isOfPooledRuns: Bool { spec?.runLabels[RunLabel.pooled.rawValue] != nil }
}

extension Run {
  fileprivate static let mark = "true"

  /// The filter of runs that were not given to a pool by themselves.
  static let isOfNoPool =
    "NOT labels.\(RunFilter.quoted(RunLabel.pooled.rawValue)) = \(RunFilter.quoted(mark))"

  /// Whether the program that made it has not had it yet: it is nobody else's before.
  var isHeld: Bool { epoch == 0 && value(.held) != nil }
}
