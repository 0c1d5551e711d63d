// Decides how an automation is created.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension AutomationHandlers {
  func createAutomation(
    _ request: CreateAutomationRequest, context: CallContext
  ) async throws -> CreateAutomationResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let automation = request.automation else {
        throw InvalidValue("automation", "is required")
      }
      return CreateAutomationResponse(
        automation: MartletProto.Automation(
          try await backend.store.createAutomation(
            try AutomationContent(automation),
            id: try ObjectID(optional: automation.id, "automation.id") ?? .timeOrdered(),
            ownerResource: automation.ownerResource, in: namespace, actor: context.principal.name,
            deadline: context.deadline)))
    }
  }
}
