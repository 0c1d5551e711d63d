// Decides how a deployment, or a schedule of it, is paused.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func pauseDeployment(
    _ request: PauseDeploymentRequest, context: CallContext
  ) async throws -> PauseDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return PauseDeploymentResponse(
        deployment: MartletProto.Deployment(
          try await backend.store.pauseDeployment(
            try DeploymentReference(request.deployment, "deployment"), in: namespace,
            schedule: request.schedule.isEmpty ? nil : request.schedule, isPaused: true,
            actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
