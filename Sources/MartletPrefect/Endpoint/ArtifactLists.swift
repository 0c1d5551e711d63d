// Decides how Prefect's lists and counts of artifacts are those of Martlet: of all versions, or of the newest of each key,
// which Prefect calls a collection.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readArtifacts(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await shown(try await artifacts(request, latest: false), request.context))
  }

  func readLatestArtifacts(_ request: PrefectRequest) async throws -> PrefectResponse {
    let latest = try await shown(try await artifacts(request, latest: true), request.context)
    return .ok(latest.compactMap(Shape.ArtifactCollection.init))
  }

  func countArtifacts(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await count(request, latest: false)
  }

  func countLatestArtifacts(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await count(request, latest: true)
  }

  private func count(_ request: PrefectRequest, latest: Bool) async throws -> PrefectResponse {
    guard let filter = try Self.filter(request.body, latest: latest) else { return .ok(0) }
    let counted = try await services.artifacts.countArtifacts(
      CountArtifactsRequest(filter: filter, latestOnly: latest), context: request.context)
    return .ok(Int(counted.count))
  }

  private func artifacts(
    _ request: PrefectRequest, latest: Bool
  ) async throws -> [MartletProto.Artifact] {
    guard let filter = try Self.filter(request.body, latest: latest) else { return [] }
    var list = ListArtifactsRequest(latestOnly: latest, filter: filter)
    list.order =
      switch try request.body.sort(as: Shape.ArtifactSort.self) {
      case nil, .idDesc, .createdDesc: .newest
      case .updatedDesc: .updated
      case .keyAsc: .key
      case .keyDesc: .keyDescending
      }
    let window = try ListWindow(request.body)
    list.skip = window.skip
    var artifacts: [MartletProto.Artifact] = []
    while let size = window.size(after: artifacts.count) {
      list.pageSize = size
      let page = try await services.artifacts.listArtifacts(list, context: request.context)
      artifacts += page.artifacts
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return artifacts
  }

  /// The filters of a body; nil for those that take nothing.
  private static func filter(_ body: JSON, latest: Bool) throws -> ArtifactFilter? {
    var filter = ArtifactFilter()
    if latest { filter.hasKey = true }
    try body.refuse(["flows", "deployments"])
    for (name, isTask) in [("flow_runs", false), ("task_runs", true)] {
      guard let ids = try Self.ids(body[name], name) else { continue }
      if ids.isEmpty { return nil }
      if isTask { filter.runIDs += ids } else { filter.enclosingRunIDs += ids }
    }
    guard let asked = body["artifacts"], asked != .null else { return filter }
    if asked["operator"] == .text("or_") {
      throw PrefectFailure(501, "Martlet does not filter artifacts by one or the other yet.")
    }
    // Both kinds of filters say the same but for the id.
    let shape: Shape.ArtifactFilter
    var ids: [UUIDValue]?
    if latest {
      let collection = try Shape.ArtifactCollectionFilter(asked, at: ["body", "artifacts"])
      ids = collection.latestID?.any
      guard case .object(let members) = asked else { return filter }
      shape = try Shape.ArtifactFilter(
        .object(
          JSONMembers(members.pairs.map { ($0.name == "latest_id" ? "id" : $0.name, $0.value) })),
        at: ["body", "artifacts"])
    } else {
      shape = try Shape.ArtifactFilter(asked, at: ["body", "artifacts"])
      ids = shape.id?.any
    }
    for list in [
      ids?.map(\.text), shape.key?.any, shape.flowRunID?.any?.map(\.text),
      shape.taskRunID?.any?.map(\.text), shape.type?.any,
    ] where list?.isEmpty ?? false { return nil }
    filter.ids = ids?.map(\.text) ?? []
    filter.keys = shape.key?.any ?? []
    filter.keyContains = try Self.part(shape.key?.like ?? "")
    if let exists = shape.key?.exists {
      if latest, !exists { return nil }
      filter.hasKey = exists
    }
    filter.types = ArtifactContent.types(shape.type?.any ?? [])
    filter.otherTypes = ArtifactContent.types(shape.type?.notAny ?? [])
    filter.runIDs += shape.taskRunID?.any?.map(\.text) ?? []
    filter.enclosingRunIDs += shape.flowRunID?.any?.map(\.text) ?? []
    return filter
  }

  /// What a key is to hold: what is asked for without the marks at its ends that stand for anything.
  private static func part(_ like: String) throws(PrefectFailure) -> String {
    var part = like[...]
    while part.first == "%" { part.removeFirst() }
    while part.last == "%" { part.removeLast() }
    guard !part.contains(where: { $0 == "%" || $0 == "_" }) else {
      throw PrefectFailure(501, "Martlet filters keys by one part of them.")
    }
    return String(part)
  }

  /// The ids of a filter of runs, which may ask for nothing else; nil when it asks for nothing.
  private static func ids(_ filter: JSON?, _ name: String) throws -> [String]? {
    guard case .object(let members)? = filter else { return nil }
    var ids: [String]?
    for (criterion, value) in members.pairs where value != .null && criterion != "operator" {
      guard criterion == "id", case .object(let id) = value,
        id.pairs.allSatisfy({ $0.name == "any_" || $0.value == .null }),
        let any = value["any_"], any != .null
      else {
        throw PrefectFailure(501, "Martlet does not filter artifacts by \(name).\(criterion) yet.")
      }
      ids = try [UUIDValue](any, at: ["body", name, "id", "any_"]).map(\.text)
    }
    return ids
  }
}
