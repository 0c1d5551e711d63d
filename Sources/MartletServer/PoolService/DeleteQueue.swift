// Decides how a queue is deleted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func deleteQueue(_ request: DeleteQueueRequest, context: CallContext) async throws
    -> DeleteQueueResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteQueue(
        try reference(request.name, "name", "the name of the queue"),
        of: try reference(request.pool, "pool", "an id or a name"), in: namespace,
        etag: try etag(request.etag, "etag"), deadline: context.deadline)
      return DeleteQueueResponse()
    }
  }
}
