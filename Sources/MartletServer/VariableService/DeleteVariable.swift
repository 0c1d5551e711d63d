// Decides how a variable is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  func deleteVariable(_ request: DeleteVariableRequest, context: CallContext) async throws
    -> DeleteVariableResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try VariableRules.check(name: request.name, "name")
      try await backend.store.deleteVariable(
        request.name, in: namespace, etag: try etag(request.etag, "etag"),
        deadline: context.deadline)
      return DeleteVariableResponse()
    }
  }
}
