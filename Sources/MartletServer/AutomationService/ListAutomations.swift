// Decides how automations are listed: as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension AutomationHandlers {
  func listAutomations(
    _ request: ListAutomationsRequest, context: CallContext
  ) async throws -> ListAutomationsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 200)
      let offset = try PageOffset(request.pageToken, skip: request.skip)
      var query = try AutomationQuery(request.filter, in: namespace)
      switch request.order {
      case .unspecified, .name: query.order = .name
      case .nameDescending: query.order = .nameDescending
      case .created: query.order = .created
      case .updated: query.order = .updated
      default: throw InvalidValue("order", "is none that this server knows")
      }
      query.skip = offset.skip
      query.limit = size + 1
      let found = try await backend.store.listAutomations(query, deadline: context.deadline)
      let page = found.prefix(size).fitting { automation in
        ([automation.content.trigger] + automation.content.actions
          + automation.content.actionsOnTrigger + automation.content.actionsOnResolve)
          .reduce(0) { $0 + $1.description.utf8.count }
      }
      var response = ListAutomationsResponse()
      response.automations = page.map(MartletProto.Automation.init)
      if page.count < found.count { response.nextPageToken = offset.token(after: page.count) }
      return response
    }
  }
}
