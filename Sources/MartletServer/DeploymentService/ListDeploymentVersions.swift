// Decides how the versions of a deployment are listed: the newest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func listDeploymentVersions(
    _ request: ListDeploymentVersionsRequest, context: CallContext
  ) async throws -> ListDeploymentVersionsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      var before = Int64.max
      if !request.pageToken.isEmpty {
        guard let number = Int64(request.pageToken) else {
          throw InvalidValue("page_token", "is not a token this server gave")
        }
        before = number
      }
      let found = try await backend.store.deploymentVersions(
        of: try DeploymentReference(request.deployment, "deployment"), in: namespace,
        before: before, limit: size + 1, deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.spec.text.utf8.count }
      var response = ListDeploymentVersionsResponse()
      response.versions = page.map(MartletProto.DeploymentVersion.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = "\(last.number)"
      }
      return response
    }
  }
}
