// Decides how a schema is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func deleteBlockSchema(_ request: DeleteBlockSchemaRequest, context: CallContext) async throws
    -> DeleteBlockSchemaResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteBlockSchema(
        ObjectID(required: request.id, "id"), in: namespace, deadline: context.deadline)
      return DeleteBlockSchemaResponse()
    }
  }
}
