// Decides how runs of a deployment are created: it is read once for a request, whatever number of runs that asks for.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// The deployment that new runs are runs of.
struct RunOrigin: Sendable {
  let target: DeploymentTarget
  /// The queue in which they wait instead of the deployment's.
  private let queueID: QueueID?
  private let check: ParameterCheck
  private let template: MartletModel.JobTemplate?

  /// - Parameters:
  ///   - queueID: The queue in which they wait; nil for the deployment's.
  ///   - template: What the runs' job variables must be variables of; nil when none of them has any.
  init(
    _ target: DeploymentTarget, in queueID: QueueID?, template: MartletModel.JobTemplate? = nil
  ) throws(InvalidValue) {
    self.target = target
    self.queueID = queueID
    self.template = template
    do throws(SchemaError) {
      check = try ParameterCheck(target.spec)
    } catch {
      throw InvalidValue("deployment", "has a schema that cannot be used: \(error)")
    }
  }

  /// The run that is asked for, with what the deployment says under it.
  ///
  /// - Parameter sent: What the client said.
  /// - Throws: `InvalidValue`; `ParameterFaults`.
  func run(_ run: Run, sent: NewRun, _ field: String) async throws -> NewRun {
    let variables = try JSONMembers(run.jobVariables ?? [:], "\(field).job_variables")
    try template?.checkNames(of: variables, "\(field).job_variables")
    let request = DeploymentTarget.Request(
      sent, hasLoss: run.loss != nil, jobVariables: variables, queueID: queueID)
    if target.spec.parameterSchema == nil {
      return try target.run(request, check: check, field)
    }
    return try await offLoop { try target.run(request, check: check, field) }
  }
}

extension RunHandlers {
  /// The deployment that a request for some runs names, and the queue if it names one; nil when it names none.
  func origin(
    _ reference: String, in queue: String, of runs: [Run], _ namespace: Namespace,
    _ context: CallContext
  ) async throws -> RunOrigin? {
    if reference.isEmpty {
      if queue.isEmpty { return nil }
      throw InvalidValue("queue", "is one of a deployment's pool: name the deployment")
    }
    let target = try await backend.store.deploymentTarget(
      try DeploymentReference(reference, "deployment"), in: namespace, deadline: context.deadline)
    let pool = target.poolID.description
    let queueID =
      queue.isEmpty
      ? nil
      : try await backend.store.queue(queue, of: pool, in: namespace, deadline: context.deadline).id
    guard runs.contains(where: { $0.jobVariables?.isEmpty == false }) else {
      return try RunOrigin(target, in: queueID)
    }
    return try RunOrigin(
      target, in: queueID, template: try await template(of: pool, namespace, context))
  }

  /// What job variables of runs of a pool must be variables of; nil when they are taken as they are.
  func template(
    of pool: String, _ namespace: Namespace, _ context: CallContext
  ) async throws -> MartletModel.JobTemplate? {
    let pool = try await backend.store.pool(pool, in: namespace, deadline: context.deadline)
    // Programs that serve a deployment take the values as they are.
    if pool.type == MartletModel.PoolType.served.name { return nil }
    return try MartletModel.JobTemplate(text: pool.template, "pool.template")
  }
}
