// Decides what of an automation may be changed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension AutomationHandlers {
  func updateAutomation(
    _ request: UpdateAutomationRequest, context: CallContext
  ) async throws -> UpdateAutomationResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let automation = request.automation else {
        throw InvalidValue("automation", "is required")
      }
      let fields = [
        "name", "description", "paused", "tags", "trigger", "actions", "actions_on_trigger",
        "actions_on_resolve",
      ]
      let paths = Set(request.updateMask?.paths ?? [])
      guard !paths.isEmpty else {
        throw InvalidValue(
          "update_mask", "is required: any of \(fields.joined(separator: ", "))")
      }
      if let unknown = paths.subtracting(fields).sorted().first {
        throw InvalidValue(
          "update_mask", "names \"\(unknown)\": give any of \(fields.joined(separator: ", "))")
      }
      let trigger =
        paths.contains("trigger") ? try automation.trigger.json("automation.trigger") : .null
      let actions = try AutomationContent.list(automation.actions, "automation.actions")
      let onTrigger = try AutomationContent.list(
        automation.actionsOnTrigger, "automation.actions_on_trigger")
      let onResolve = try AutomationContent.list(
        automation.actionsOnResolve, "automation.actions_on_resolve")
      let changed = try await backend.store.updateAutomation(
        try ObjectID(required: automation.id, "automation.id"), in: namespace,
        etag: try etag(automation.etag, "automation.etag"), actor: context.principal.name,
        deadline: context.deadline
      ) { content in
        if paths.contains("name") { content.name = automation.name }
        if paths.contains("description") { content.description = automation.description }
        if paths.contains("paused") { content.isPaused = automation.paused }
        if paths.contains("tags") { content.tags = automation.tags }
        if paths.contains("trigger") { content.trigger = trigger }
        if paths.contains("actions") { content.actions = actions }
        if paths.contains("actions_on_trigger") { content.actionsOnTrigger = onTrigger }
        if paths.contains("actions_on_resolve") { content.actionsOnResolve = onResolve }
      }
      return UpdateAutomationResponse(automation: MartletProto.Automation(changed))
    }
  }
}
