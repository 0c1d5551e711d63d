// Decides how variables are listed: as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  func listVariables(_ request: ListVariablesRequest, context: CallContext) async throws
    -> ListVariablesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 100)
      var query = try VariableQuery(request.filter, in: namespace, limit: size + 1)
      query.prefix = request.namePrefix
      query.tags += request.tags
      query.order = try order(request.order)
      let offset: PageOffset?
      if query.order == .name, request.skip == 0 {
        offset = nil
        query.after = request.pageToken
      } else {
        offset = try PageOffset(request.pageToken, skip: request.skip)
        query.skip = offset?.skip ?? 0
      }
      let found = try await backend.store.listVariables(query, deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.value.utf8.count }
      var response = ListVariablesResponse()
      response.variables = page.map(MartletProto.Variable.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = offset?.token(after: page.count) ?? last.name
      }
      return response
    }
  }
}

extension VariableHandlers {
  private func order(_ order: VariableOrder) throws(InvalidValue) -> VariableQuery.Order {
    switch order {
    case .unspecified, .name: return .name
    case .nameDescending: return .nameDescending
    case .created: return .created
    case .updated: return .updated
    default: throw InvalidValue("order", "is none that this server knows")
    }
  }
}

extension VariableQuery {
  /// A filter of a request.
  init(
    _ filter: VariableFilter?, in namespace: Namespace, limit: Int = 0
  ) throws(InvalidValue) {
    self.init(in: namespace, limit: limit)
    guard let filter else { return }
    ids = try filter.ids.objectIDs("filter.ids")
    names = filter.names
    nameContains = filter.nameContains
    hasTags = filter.hasTags
    tags = filter.tags
  }
}
