// Decides how the versions of a deployment are listed: the newest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  /// The bytes of specifications after which a page ends.
  private static let pageBytes = 2 << 20

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
      var bytes = 0
      let fitting = found.prefix(size).prefix { version in
        defer { bytes += version.spec.text.utf8.count }
        return bytes <= Self.pageBytes
      }
      var response = ListDeploymentVersionsResponse()
      response.versions = fitting.map(MartletProto.DeploymentVersion.init)
      if fitting.count < found.count, let last = fitting.last {
        response.nextPageToken = "\(last.number)"
      }
      return response
    }
  }
}
