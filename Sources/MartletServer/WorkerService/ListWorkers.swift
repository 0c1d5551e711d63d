// Decides how workers are listed: by pool and name.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension WorkerHandlers {
  func listWorkers(_ request: ListWorkersRequest, context: CallContext) async throws
    -> ListWorkersResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let workers = try await backend.store.listWorkers(
        in: namespace, of: request.pool.isEmpty ? nil : request.pool,
        includesOffline: request.includeOffline, after: try position(request.pageToken),
        limit: size + 1, deadline: context.deadline)
      let credit = backend.workers.credit(of: workers.map(\.id))
      var response = ListWorkersResponse()
      response.workers = workers.prefix(size).map {
        MartletProto.Worker($0, credit: credit[$0.id])
      }
      if workers.count > size {
        let last = workers[size - 1]
        // No name holds a slash.
        response.nextPageToken = "\(last.pool)/\(last.identity.name)"
      }
      return response
    }
  }

  private func position(_ token: String) throws(InvalidValue) -> (pool: String, name: String) {
    if token.isEmpty { return ("", "") }
    let parts = token.split(separator: "/", maxSplits: 1)
    guard parts.count == 2 else {
      throw InvalidValue("page_token", "is not a token this server gave")
    }
    return (String(parts[0]), String(parts[1]))
  }
}
