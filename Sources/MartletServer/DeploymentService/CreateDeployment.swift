// Decides how a deployment is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func createDeployment(
    _ request: CreateDeploymentRequest, context: CallContext
  ) async throws -> CreateDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let made = try await backend.store.createDeployment(
        try await content(request.deployment, in: namespace), in: namespace,
        actor: context.principal.name, isTrial: request.validateOnly, deadline: context.deadline)
      let deployment = MartletProto.Deployment(made.deployment)
      return CreateDeploymentResponse(
        deployment: request.validateOnly && made.isCreated
          ? deployment.trial(isNew: true) : deployment,
        duplicate: !made.isCreated)
    }
  }
}
