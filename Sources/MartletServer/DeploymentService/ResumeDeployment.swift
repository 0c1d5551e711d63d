// Decides how a deployment, or a schedule of it, goes on after a pause.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func resumeDeployment(
    _ request: ResumeDeploymentRequest, context: CallContext
  ) async throws -> ResumeDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return ResumeDeploymentResponse(
        deployment: MartletProto.Deployment(
          try await backend.store.pauseDeployment(
            try DeploymentReference(request.deployment, "deployment"), in: namespace,
            schedule: request.schedule.isEmpty ? nil : request.schedule, isPaused: false,
            actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
