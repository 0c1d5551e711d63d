// Decides how one automation is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension AutomationHandlers {
  func getAutomation(
    _ request: GetAutomationRequest, context: CallContext
  ) async throws -> GetAutomationResponse {
    try await answering {
      GetAutomationResponse(
        automation: MartletProto.Automation(
          try await backend.store.automation(
            try ObjectID(required: request.id, "id"),
            in: try backend.namespace(request.namespace, context), deadline: context.deadline)))
    }
  }
}
