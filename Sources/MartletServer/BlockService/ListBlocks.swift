// Decides how blocks are listed: by name, or by type and name, as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func listBlocks(_ request: ListBlocksRequest, context: CallContext) async throws
    -> ListBlocksResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 200)
      let offset = try PageOffset(request.pageToken, skip: request.skip)
      var query = try BlockQuery(request.filter, in: namespace)
      switch request.order {
      case .unspecified, .name: query.order = .name
      case .nameDescending: query.order = .nameDescending
      case .type: query.order = .type
      default: throw InvalidValue("order", "is none that this server knows")
      }
      query.skip = offset.skip
      query.limit = size + 1
      let found = try await backend.store.listBlocks(query, deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.data.bytes.count }
      var response = ListBlocksResponse()
      response.blocks = try page.map { try shown($0, withSecrets: request.includeSecrets) }
      if page.count < found.count { response.nextPageToken = offset.token(after: page.count) }
      return response
    }
  }
}

extension BlockQuery {
  /// A filter of a request.
  init(_ filter: BlockFilter?, in namespace: Namespace) throws(InvalidValue) {
    self.init(in: namespace)
    guard let filter else { return }
    ids = try filter.ids.objectIDs("filter.ids")
    names = filter.names
    nameContains = filter.nameContains
    types = filter.blockTypes
    capabilities = filter.capabilities
    includesAnonymous = filter.includeAnonymous
  }
}
