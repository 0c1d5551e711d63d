// Decides how artifacts are listed: the newest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ArtifactHandlers {
  func listArtifacts(_ request: ListArtifactsRequest, context: CallContext) async throws
    -> ListArtifactsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      // Bodies count: a page must fit into a message.
      let size = try pageSize(request.pageSize, limit: 100)
      try ArtifactRules.check(key: request.key, "key")
      var found = try await backend.store.listArtifacts(
        ArtifactQuery(
          namespace: namespace, runID: try RunID(optional: request.runID, "run_id"),
          key: request.key.isEmpty ? nil : request.key,
          after: try ObjectID(optional: request.pageToken, "page_token"), limit: size + 1,
          includesBodies: true, latestOnly: request.latestOnly), deadline: context.deadline)
      var response = ListArtifactsResponse()
      var bytes = 0
      let fitting = found.prefix(size).prefix { artifact in
        bytes += artifact.body.count
        return bytes <= 3 << 20
      }.count
      let isWhole = fitting == found.count
      found.removeSubrange(max(1, fitting).clamped(to: found.count)...)
      response.artifacts = found.map(MartletProto.Artifact.init)
      if !isWhole, let last = found.last { response.nextPageToken = last.id.description }
      return response
    }
  }
}

extension Int {
  fileprivate func clamped(to limit: Int) -> Int { Swift.min(self, limit) }
}
