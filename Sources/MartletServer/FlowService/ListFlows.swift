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
      response.flows = flows.prefix(size).map(MartletProto.Flow.init)
      if flows.count > size { response.nextPageToken = flows[size - 1].name }
      return response
    }
  }
}
