// Decides what artifact handlers are made of.

internal import MartletCall
internal import MartletProto

/// Serves `martlet.v1.ArtifactService`.
struct ArtifactHandlers: ArtifactService {
  let backend: Backend
}
