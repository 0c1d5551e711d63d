// Decides how artifacts are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ArtifactHandlers {
  func countArtifacts(_ request: CountArtifactsRequest, context: CallContext) async throws
    -> CountArtifactsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var query = try ArtifactQuery(request.filter, in: namespace)
      query.latestOnly = request.latestOnly
      return CountArtifactsResponse(
        count: try await backend.store.countArtifacts(query, deadline: context.deadline))
    }
  }
}
