// Decides how runs of a deployment are created: it is read once for a request, whatever number of runs that asks for.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// The deployment that new runs are runs of.
struct RunOrigin: Sendable {
  let target: DeploymentTarget
  private let check: ParameterCheck

  init(_ target: DeploymentTarget) throws(InvalidValue) {
    self.target = target
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
    let request = DeploymentTarget.Request(
      sent, hasLoss: run.loss != nil,
      jobVariables: try JSONMembers(run.jobVariables ?? [:], "\(field).job_variables"))
    if target.spec.parameterSchema == nil {
      return try target.run(request, check: check, field)
    }
    return try await offLoop { try target.run(request, check: check, field) }
  }
}

extension RunHandlers {
  /// The deployment that a request names; nil when it names none.
  func origin(
    _ reference: String, _ namespace: Namespace, _ context: CallContext
  ) async throws -> RunOrigin? {
    if reference.isEmpty { return nil }
    let target = try await backend.store.deploymentTarget(
      try DeploymentReference(reference, "deployment"), in: namespace, deadline: context.deadline)
    return try RunOrigin(target)
  }
}
