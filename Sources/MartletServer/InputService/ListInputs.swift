// Decides how inputs are listed: the oldest first, as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension InputHandlers {
  func listInputs(_ request: ListInputsRequest, context: CallContext) async throws
    -> ListInputsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 100)
      guard request.exceptKeys.count <= 1000 else {
        throw InvalidValue("except_keys", "has more than 1000 keys")
      }
      let found = try await backend.store.listInputs(
        of: RunID(required: request.runID, "run_id"), in: namespace,
        after: try ObjectID(optional: request.pageToken, "page_token"),
        prefix: request.keyPrefix, except: request.exceptKeys, limit: size + 1,
        deadline: context.deadline)
      let page = found.prefix(size).fitting { $0.value.utf8.count }
      var response = ListInputsResponse()
      response.inputs = page.map(MartletProto.RunInput.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = last.id.description
      }
      return response
    }
  }
}
