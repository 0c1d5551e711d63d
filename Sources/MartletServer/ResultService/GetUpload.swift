// Decides how a client learns where to go on with an upload.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func getUpload(_ request: GetUploadRequest, context: CallContext) async throws
    -> GetUploadResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let upload = try await backend.store.upload(
        ObjectID(required: request.id, "id"), in: namespace, deadline: context.deadline)
      return GetUploadResponse(received: upload.received, complete: upload.isComplete)
    }
  }
}
