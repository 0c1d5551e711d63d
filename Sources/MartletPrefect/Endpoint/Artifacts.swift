// Decides how Prefect's artifacts are made, changed and deleted: Martlet's own, versions of a key.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func createArtifact(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ArtifactCreate = try request.body()
    var artifact = MartletProto.Artifact()
    artifact.key = asked.key ?? ""
    artifact.description = asked.description ?? ""
    artifact.runID = (asked.taskRunID ?? asked.flowRunID)?.text ?? ""
    artifact.labels = asked.metadata ?? [:]
    artifact.content = ArtifactContent.content(asked.type, asked.data)
    if asked.taskRunID != nil { artifact.labels[ArtifactContent.taskRun] = artifact.runID }
    if let flowRun = asked.flowRunID { artifact.labels[ArtifactContent.flowRun] = flowRun.text }
    let made = try await services.artifacts.putArtifact(
      PutArtifactRequest(artifact: artifact), context: request.context)
    return .created(
      try await shown([made.artifact ?? artifact], request.context)[0])
  }

  func readArtifact(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await shown([try await artifact(.id(request.id().text), request)], request.context)[0])
  }

  func readLatestArtifact(_ request: PrefectRequest) async throws -> PrefectResponse {
    let latest = try await artifact(.key(request.parameters["key"] ?? ""), request)
    return .ok(try await shown([latest], request.context)[0])
  }

  /// What is said changes; the type stays.
  func updateArtifact(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ArtifactUpdate = try request.body()
    var artifact = try await artifact(.id(request.id().text), request)
    if let data = request.body["data"] {
      let type = ArtifactContent.shown(artifact.content).type
      artifact.content = ArtifactContent.content(type, data)
    }
    if request.body["description"] != nil { artifact.description = asked.description ?? "" }
    if let metadata = asked.metadata {
      artifact.labels = artifact.labels.filter { ArtifactContent.own.contains($0.key) }
        .merging(metadata) { own, _ in own }
    }
    _ = try await services.artifacts.putArtifact(
      PutArtifactRequest(artifact: artifact), context: request.context)
    return .done
  }

  func deleteArtifact(_ request: PrefectRequest) async throws -> PrefectResponse {
    do {
      _ = try await services.artifacts.deleteArtifact(
        DeleteArtifactRequest(id: try request.id().text), context: request.context)
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Artifact not found.")
    }
    return .done
  }

  private func artifact(
    _ which: GetArtifactRequest.Which, _ request: PrefectRequest
  ) async throws -> MartletProto.Artifact {
    do {
      let found = try await services.artifacts.getArtifact(
        GetArtifactRequest(which: which), context: request.context)
      if let artifact = found.artifact { return artifact }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Artifact not found.")
  }

  /// Artifacts as Prefect shows them. Whether a run is a flow's or a task's is asked where the artifact does not tell.
  func shown(
    _ artifacts: [MartletProto.Artifact], _ context: CallContext
  ) async throws -> [Shape.Artifact] {
    var runs: [String: Run?] = [:]
    var all: [Shape.Artifact] = []
    for artifact in artifacts {
      var shown = try Shape.Artifact(artifact)
      if shown.flowRunID == nil, shown.taskRunID == nil, !artifact.runID.isEmpty {
        if runs[artifact.runID] == nil {
          runs[artifact.runID] = .some(try await findRun(artifact.runID, context))
        }
        if let run = runs[artifact.runID] ?? nil, run.kind == .task {
          shown.taskRunID = UUIDValue(text: run.id)
          shown.flowRunID = UUIDValue(text: run.parentID)
        } else {
          shown.flowRunID = UUIDValue(text: artifact.runID)
        }
      }
      all.append(shown)
    }
    return all
  }

  private func findRun(_ id: String, _ context: CallContext) async throws -> Run? {
    do {
      return try await services.runs.getRun(GetRunRequest(id: id), context: context).run
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}
