// Decides how artifacts of elsewhere come in, each alone.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension ArtifactHandlers {
  func importArtifacts(_ request: ImportArtifactsRequest, context: CallContext) async throws
    -> ImportArtifactsResponse
  {
    try await answering {
      let given = request.artifacts
      guard given.count <= Store.mostImportedArtifacts else {
        throw InvalidValue(
          "artifacts",
          "has \(given.count) artifacts: send at most \(Store.mostImportedArtifacts)")
      }
      let namespace = try backend.namespace(request.namespace, context)
      var results = [ImportArtifactResult](repeating: ImportArtifactResult(), count: given.count)
      var artifacts: [ImportedArtifact] = []
      var places: [Int] = []
      for (index, artifact) in given.enumerated() {
        do {
          artifacts.append(try Self.artifact(artifact, in: namespace))
          places.append(index)
        } catch let error as InvalidValue {
          results[index].error = Status(error.renamed(from: "artifact.")).reportError
        } catch StoreError.invalid(let field, let why) {
          let fault = InvalidValue(field, why).renamed(from: "artifact.")
          results[index].error = Status(fault).reportError
        }
      }
      let answers =
        artifacts.isEmpty
        ? []
        : try await backend.store.importArtifacts(
          artifacts, in: namespace, actor: context.principal.name, deadline: context.deadline)
      for (place, answer) in zip(places, answers) {
        results[place].duplicate = answer == .unchanged
        results[place].error = Self.status(answer, given[place])?.reportError
      }
      return ImportArtifactsResponse(results: results)
    }
  }

  private static func artifact(
    _ given: MartletProto.Artifact, in namespace: Namespace
  ) throws -> ImportedArtifact {
    guard given.namespace.isEmpty || given.namespace == namespace.name else {
      throw InvalidValue("artifact.namespace", "is another than the request's")
    }
    if given.id.isEmpty { throw InvalidValue("artifact.id", "is required: a UUID") }
    guard let created = given.createTime.map({ Instant($0) }) else {
      throw InvalidValue("artifact.create_time", "is required")
    }
    let imported = ImportedArtifact(
      try NewArtifact(given, runID: RunID(optional: given.runID, "artifact.run_id")),
      createTime: created, updateTime: given.updateTime.map { Instant($0) } ?? created)
    try Store.check(imported)
    return imported
  }

  private static func status(
    _ answer: ArtifactImportAnswer, _ artifact: MartletProto.Artifact
  ) -> Status? {
    switch answer {
    case .imported, .unchanged: nil
    case .taken:
      .alreadyExists(
        type: "artifact", name: artifact.id,
        "the id \(artifact.id) is taken by an artifact with other content or of another namespace")
    case .deleted:
      .failedPrecondition(
        reason: "RUN_DELETED", subject: "run:\(artifact.runID)",
        "the run \(artifact.runID) was deleted here")
    }
  }
}

extension InvalidValue {
  /// The fault with a path that begins after a prefix.
  fileprivate func renamed(from prefix: String) -> InvalidValue {
    var value = self
    if field.hasPrefix(prefix) { value.field.removeFirst(prefix.count) }
    return value
  }
}
