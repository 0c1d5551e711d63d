// Decides how flows are listed: by name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension FlowHandlers {
  func listFlows(_ request: ListFlowsRequest, context: CallContext) async throws
    -> ListFlowsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let flows = try await backend.store.listFlows(
        in: namespace, after: request.pageToken, prefix: request.namePrefix, limit: size + 1,
        deadline: context.deadline)
      var response = ListFlowsResponse()
      let page = flows.prefix(size).fitting {
        $0.description.utf8.count + RunLimits.bytes(of: $0.labels, $0.tags)
      }
      response.flows = page.map(MartletProto.Flow.init)
      if page.count < flows.count, let last = page.last { response.nextPageToken = last.name }
      return response
    }
  }
}
