// Decides how a worker that is offline is forgotten.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension WorkerHandlers {
  func deleteWorker(_ request: DeleteWorkerRequest, context: CallContext) async throws
    -> DeleteWorkerResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try await backend.store.deleteWorker(
        try reference(request.name, "name", "the name of the worker"),
        of: try reference(request.pool, "pool", "the name of the pool"), in: namespace,
        deadline: context.deadline)
      return DeleteWorkerResponse()
    }
  }
}
