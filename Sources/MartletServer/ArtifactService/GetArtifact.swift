// Decides how one artifact is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ArtifactHandlers {
  func getArtifact(_ request: GetArtifactRequest, context: CallContext) async throws
    -> GetArtifactResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let artifact: MartletStore.Artifact
      switch request.which {
      case .id(let id):
        artifact = try await backend.store.artifact(
          ObjectID(required: id, "id"), in: namespace, deadline: context.deadline)
      case .key(let key):
        try ArtifactRules.check(key: key, "key")
        artifact = try await backend.store.latestArtifact(
          key, in: namespace, deadline: context.deadline)
      case nil: throw InvalidValue("which", "is missing: give id or key")
      }
      return GetArtifactResponse(artifact: MartletProto.Artifact(artifact))
    }
  }
}
