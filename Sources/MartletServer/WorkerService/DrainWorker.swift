// Decides how a worker is asked to leave: at once when it is connected here, within seconds when elsewhere.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension WorkerHandlers {
  func drainWorker(_ request: DrainWorkerRequest, context: CallContext) async throws
    -> DrainWorkerResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let worker = try await backend.store.drainWorker(
        try reference(request.name, "name", "the name of the worker"),
        of: try reference(request.pool, "pool", "the name of the pool"), in: namespace,
        deadline: context.deadline)
      backend.workers.heed(
        try await backend.store.workerStandings([worker.id]), of: [worker.id])
      let credit = backend.workers.credit(of: [worker.id])[worker.id]
      return DrainWorkerResponse(worker: MartletProto.Worker(worker, credit: credit))
    }
  }
}
