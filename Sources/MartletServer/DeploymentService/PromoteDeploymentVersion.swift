// Decides how a version of a deployment becomes the current one: the schedules that there are now must fit it.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  /// How often a promotion that somebody else's change came before is checked anew.
  private static let mostPromotions = 10

  func promoteDeploymentVersion(
    _ request: PromoteDeploymentVersionRequest, context: CallContext
  ) async throws -> PromoteDeploymentVersionResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard request.number > 0 else {
        throw InvalidValue("number", "is required: the number of a version")
      }
      let reference = try DeploymentReference(request.deployment, "deployment")
      var attempts = 0
      while true {
        let current = try await backend.store.deployment(
          reference, in: namespace, deadline: context.deadline)
        var content = current.content
        content.spec = try await spec(request.number, of: current, context)
        _ = try await checked(content)
        do {
          return PromoteDeploymentVersionResponse(
            deployment: MartletProto.Deployment(
              try await backend.store.promoteDeployment(
                reference, in: namespace, version: request.number, etag: current.etag,
                actor: context.principal.name, deadline: context.deadline)))
        } catch StoreError.etagMismatch(let newer) {
          attempts += 1
          guard attempts < Self.mostPromotions else {
            throw StoreError.etagMismatch(current: newer)
          }
        }
      }
    }
  }

  private func spec(
    _ number: Int64, of deployment: MartletStore.Deployment, _ context: CallContext
  ) async throws -> MartletModel.DeploymentSpec {
    let next = number == .max ? number : number + 1
    let versions = try await backend.store.deploymentVersions(
      of: .id(deployment.id), in: deployment.namespace, before: next, limit: 1,
      deadline: context.deadline)
    guard let version = versions.first, version.number == number else {
      throw StoreError.notFound(resource: "version", name: "\(number)")
    }
    return version.spec
  }
}
