// Decides what of a flow may be changed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension FlowHandlers {
  func updateFlow(_ request: UpdateFlowRequest, context: CallContext) async throws
    -> UpdateFlowResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let flow = request.flow else { throw InvalidValue("flow", "is required") }
      let reference = flow.id.isEmpty ? flow.name : flow.id
      guard !reference.isEmpty else { throw InvalidValue("flow.id", "is required, or flow.name") }
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of description, labels, tags")
      }
      var edit = FlowEdit()
      for path in paths {
        switch path {
        case "description": edit.description = flow.description
        case "labels": edit.labels = flow.labels
        case "tags": edit.tags = flow.tags
        default:
          throw InvalidValue(
            "update_mask", "names \"\(path)\": give any of description, labels, tags")
        }
      }
      return UpdateFlowResponse(
        flow: MartletProto.Flow(
          try await backend.store.updateFlow(
            reference, in: namespace, edit: edit, etag: try etag(flow.etag, "flow.etag"),
            deadline: context.deadline)))
    }
  }
}
