// Decides how automations are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension AutomationHandlers {
  func countAutomations(
    _ request: CountAutomationsRequest, context: CallContext
  ) async throws -> CountAutomationsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return CountAutomationsResponse(
        count: try await backend.store.countAutomations(
          try AutomationQuery(request.filter, in: namespace), deadline: context.deadline))
    }
  }
}
