// Decides how artifacts are listed: the newest first, or in another order.

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
      var query = try ArtifactQuery(request.filter, in: namespace)
      if let run = try RunID(optional: request.runID, "run_id") { query.runs.append(run) }
      if !request.key.isEmpty { query.keys.append(request.key) }
      query.latestOnly = request.latestOnly
      query.includesBodies = true
      query.limit = size + 1
      query.order = try order(request.order)
      let offset: PageOffset?
      if query.order == .newest, request.skip == 0 {
        offset = nil
        query.after = try ObjectID(optional: request.pageToken, "page_token")
      } else {
        offset = try PageOffset(request.pageToken, skip: request.skip)
        query.skip = offset?.skip ?? 0
      }
      let found = try await backend.store.listArtifacts(query, deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.body.count }
      var response = ListArtifactsResponse()
      response.artifacts = page.map(MartletProto.Artifact.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = offset?.token(after: page.count) ?? last.id.description
      }
      return response
    }
  }
}

extension ArtifactHandlers {
  private func order(_ order: ArtifactOrder) throws(InvalidValue) -> ArtifactQuery.Order {
    switch order {
    case .unspecified, .newest: return .newest
    case .updated: return .updated
    case .key: return .key
    case .keyDescending: return .keyDescending
    default: throw InvalidValue("order", "is none that this server knows")
    }
  }
}

extension ArtifactQuery {
  /// A filter of a request.
  init(_ filter: ArtifactFilter?, in namespace: Namespace) throws(InvalidValue) {
    self.init(namespace: namespace)
    guard let filter else { return }
    ids = try filter.ids.objectIDs("filter.ids")
    keys = filter.keys
    keyContains = filter.keyContains
    hasKey = filter.hasKey
    types = filter.types
    otherTypes = filter.otherTypes
    runs = try filter.runIDs.identifiers("filter.run_ids")
    enclosingRuns = try filter.enclosingRunIDs.identifiers("filter.enclosing_run_ids")
  }
}

extension [String] {
  /// Ids of a request.
  func identifiers<ID: UniqueIdentifier>(_ field: String) throws(InvalidValue) -> [ID] {
    var identifiers: [ID] = []
    for (index, text) in enumerated() {
      identifiers.append(try ID(required: text, "\(field)[\(index)]"))
    }
    return identifiers
  }

  /// Ids of a request, of things that are no runs.
  func objectIDs(_ field: String) throws(InvalidValue) -> [ObjectID] { try identifiers(field) }
}
