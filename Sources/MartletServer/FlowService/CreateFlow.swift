// Decides how a flow is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension FlowHandlers {
  func createFlow(_ request: CreateFlowRequest, context: CallContext) async throws
    -> CreateFlowResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let flow = request.flow else { throw InvalidValue("flow", "is required") }
      let content = FlowEdit(description: flow.description, labels: flow.labels, tags: flow.tags)
      do {
        return CreateFlowResponse(
          flow: MartletProto.Flow(
            try await backend.store.createFlow(
              flow.name, in: namespace, content: content, actor: context.principal.name,
              deadline: context.deadline)))
      } catch StoreError.alreadyExists {
        let existing = try await backend.store.flow(
          flow.name, in: namespace, deadline: context.deadline)
        guard existing.description == flow.description, existing.labels == flow.labels,
          existing.tags == flow.tags
        else { throw StoreError.alreadyExists(resource: "flow", name: flow.name) }
        return CreateFlowResponse(flow: MartletProto.Flow(existing))
      }
    }
  }
}
