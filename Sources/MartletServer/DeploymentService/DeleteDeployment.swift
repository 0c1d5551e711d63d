// Decides how a deployment is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func deleteDeployment(
    _ request: DeleteDeploymentRequest, context: CallContext
  ) async throws -> DeleteDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteDeployment(
        try DeploymentReference(request.deployment, "deployment"), in: namespace,
        etag: try etag(request.etag, "etag"), actor: context.principal.name,
        deadline: context.deadline)
      return DeleteDeploymentResponse()
    }
  }
}
