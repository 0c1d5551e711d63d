// Decides how a limit is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func createLimit(_ request: CreateLimitRequest, context: CallContext) async throws
    -> CreateLimitResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let limit = request.limit else { throw InvalidValue("limit", "is required") }
      let scope = try MartletModel.LimitScope(limit.scope, "limit.scope") ?? .global
      let content = SlotLimitEdit(
        slots: limit.slots, decay: limit.slotDecayPerSecond, isEnabled: !limit.disabled,
        description: limit.description)
      return CreateLimitResponse(
        limit: MartletProto.Limit(
          try await backend.store.createLimit(
            limit.name, scope: scope, in: namespace, content: content,
            actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
