// Decides how one deployment is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func getDeployment(
    _ request: GetDeploymentRequest, context: CallContext
  ) async throws -> GetDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return GetDeploymentResponse(
        deployment: MartletProto.Deployment(
          try await backend.store.deployment(
            try DeploymentReference(request.deployment, "deployment"), in: namespace,
            deadline: context.deadline)))
    }
  }
}
