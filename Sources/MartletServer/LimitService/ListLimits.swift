// Decides how limits are listed: by scope and name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func listLimits(_ request: ListLimitsRequest, context: CallContext) async throws
    -> ListLimitsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let limits = try await backend.store.listLimits(
        in: namespace, scope: try MartletModel.LimitScope(request.scope, "scope"),
        prefix: request.namePrefix, after: try position(request.pageToken), limit: size + 1,
        deadline: context.deadline)
      var response = ListLimitsResponse()
      response.limits = limits.prefix(size).map(MartletProto.Limit.init)
      if limits.count > size {
        let last = limits[size - 1]
        response.nextPageToken = "\(last.scope.rawValue):\(last.name)"
      }
      return response
    }
  }

  private func position(_ token: String) throws(InvalidValue) -> (scope: Int16, name: String)? {
    if token.isEmpty { return nil }
    let parts = token.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let scope = Int16(parts[0]) else {
      throw InvalidValue("page_token", "is not a token this server gave")
    }
    return (scope, String(parts[1]))
  }
}
