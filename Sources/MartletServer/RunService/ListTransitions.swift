// Decides how the history of a run is read: by revision, the oldest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func listTransitions(_ request: ListTransitionsRequest, context: CallContext) async throws
    -> ListTransitionsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.runID, "run_id")
      let size = try pageSize(request.pageSize)
      var after: Int64 = 0
      if !request.pageToken.isEmpty {
        guard let revision = Int64(request.pageToken), revision > 0 else {
          throw InvalidValue("page_token", "is none that this server gave")
        }
        after = revision
      }
      let found = try await backend.store.transitions(
        of: id, in: namespace, after: after, limit: size + 1, deadline: context.deadline)
      if found.isEmpty && after == 0 {
        // Every run has a history: without one there is no such run.
        _ = try await backend.store.run(id, in: namespace, deadline: context.deadline)
      }
      var response = ListTransitionsResponse()
      let page = found.prefix(size).fitting(\.to.textBytes)
      response.transitions = page.map(MartletProto.Transition.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = "\(last.revision)"
      }
      return response
    }
  }
}
