// Decides how an artifact is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ArtifactHandlers {
  func deleteArtifact(_ request: DeleteArtifactRequest, context: CallContext) async throws
    -> DeleteArtifactResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteArtifact(
        ObjectID(required: request.id, "id"), in: namespace, deadline: context.deadline)
      return DeleteArtifactResponse()
    }
  }
}
