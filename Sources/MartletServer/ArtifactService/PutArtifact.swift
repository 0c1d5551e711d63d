// Decides how an artifact is written.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ArtifactHandlers {
  func putArtifact(_ request: PutArtifactRequest, context: CallContext) async throws
    -> PutArtifactResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let artifact = request.artifact else {
        throw InvalidValue("artifact", "is required")
      }
      let new = try NewArtifact(
        artifact, runID: RunID(optional: artifact.runID, "artifact.run_id"))
      return PutArtifactResponse(
        artifact: MartletProto.Artifact(
          try await backend.store.putArtifact(
            new, in: namespace, actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
