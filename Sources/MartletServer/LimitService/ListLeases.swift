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
      var limit: SlotLimit?
      if !request.ref.isEmpty {
        limit = try await backend.store.limit(
          LimitReference(required: request.ref, request.scope), in: namespace,
          deadline: context.deadline)
      }
      query.limit = limit?.id
      query.holder = request.holder.isEmpty ? nil : request.holder
      query.runID = try RunID(optional: request.runID, "run_id")
      if !request.pageToken.isEmpty { query.after = try LeaseQuery.Position(request.pageToken) }
      let found: [ListedLease]
      var names: [LimitID: LimitReference] = [:]
      if let limit, limit.scope.isOfWork {
        found = try await backend.store.listWorkLeases(
          query, of: limit, deadline: context.deadline)
        names[limit.id] = .named(limit.scope, limit.name)
      } else {
        found = try await backend.store.listLeases(query, deadline: context.deadline)
        names = try await backend.store.limitNames(
          found.flatMap { $0.lease.holds.map(\.limit) }, deadline: context.deadline)
      }
      let page = found.prefix(size)
      var response = ListLeasesResponse()
      response.leases = page.map { Lease($0.lease, names: names) }
      if found.count > size, let last = page.last { response.nextPageToken = last.position.text }
      return response
    }
  }
}
