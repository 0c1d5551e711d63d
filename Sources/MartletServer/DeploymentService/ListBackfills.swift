// Decides how backfills are listed: the newest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func listBackfills(
    _ request: ListBackfillsRequest, context: CallContext
  ) async throws -> ListBackfillsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      var deployment: DeploymentID?
      if !request.deployment.isEmpty {
        deployment = try await backend.store.deployment(
          try DeploymentReference(request.deployment, "deployment"), in: namespace,
          deadline: context.deadline
        ).id
      }
      let found = try await backend.store.listBackfills(
        in: namespace, of: deployment,
        after: try BackfillID(optional: request.pageToken, "page_token"),
        limit: size + 1, deadline: context.deadline)
      let page = found.prefix(size)
      var response = ListBackfillsResponse()
      response.backfills = page.map(MartletProto.Backfill.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = last.request.id.description
      }
      return response
    }
  }
}
