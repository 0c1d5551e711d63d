// Decides how a version of a deployment becomes the current one.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func promoteDeploymentVersion(
    _ request: PromoteDeploymentVersionRequest, context: CallContext
  ) async throws -> PromoteDeploymentVersionResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard request.number > 0 else {
        throw InvalidValue("number", "is required: the number of a version")
      }
      return PromoteDeploymentVersionResponse(
        deployment: MartletProto.Deployment(
          try await backend.store.promoteDeployment(
            try DeploymentReference(request.deployment, "deployment"), in: namespace,
            version: request.number, actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
