// Decides how leases are listed: those held, then those that wait, in the order of their line.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func listLeases(_ request: ListLeasesRequest, context: CallContext) async throws
    -> ListLeasesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      var query = LeaseQuery(namespace: namespace, size: size + 1)
      if !request.ref.isEmpty {
        query.limit = try await backend.store.limit(
          LimitReference(required: request.ref, request.scope), in: namespace,
          deadline: context.deadline
        ).id
      }
      query.holder = request.holder.isEmpty ? nil : request.holder
      query.runID = try RunID(optional: request.runID, "run_id")
      if !request.pageToken.isEmpty { query.after = try LeaseQuery.Position(request.pageToken) }
      let found = try await backend.store.listLeases(query, deadline: context.deadline)
      let page = found.prefix(size)
      let names = try await backend.store.limitNames(
        page.flatMap { $0.lease.holds.map(\.limit) }, deadline: context.deadline)
      var response = ListLeasesResponse()
      response.leases = page.map { Lease($0.lease, names: names) }
      if found.count > size, let last = page.last { response.nextPageToken = last.position.text }
      return response
    }
  }
}
