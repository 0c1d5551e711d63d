// Decides how a deployment is made what somebody wants, whether it is there or not.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func applyDeployment(
    _ request: ApplyDeploymentRequest, context: CallContext
  ) async throws -> ApplyDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let applied = try await backend.store.applyDeployment(
        try await content(request.deployment, in: namespace), in: namespace,
        etag: try etag(request.deployment?.etag ?? "", "deployment.etag"),
        keepsPause: request.deployment?.paused == nil,
        actor: context.principal.name, isTrial: request.validateOnly, deadline: context.deadline)
      let deployment = MartletProto.Deployment(applied.deployment)
      let isKept = !request.validateOnly || applied.change.isEmpty && !applied.isCreated
      return ApplyDeploymentResponse(
        deployment: isKept ? deployment : deployment.trial(isNew: applied.isCreated),
        created: applied.isCreated,
        changedFields: applied.change.fields)
    }
  }
}
