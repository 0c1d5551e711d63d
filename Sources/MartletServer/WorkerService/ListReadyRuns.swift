// Decides what is said to those who look for runs before they take one: what a worker like them would be offered.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension WorkerHandlers {
  /// The most runs of full deployments that are spoken of at once.
  private static let chunk = 1000

  func listReadyRuns(_ request: ListReadyRunsRequest, context: CallContext) async throws
    -> ListReadyRunsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let limit = try pageSize(request.limit)
      let pool = try await backend.store.pool(
        try reference(request.pool, "pool", "an id or a name of a pool"), in: namespace,
        isCounted: false, deadline: context.deadline)
      let worker = Dispatch.Worker(
        id: WorkerID(ObjectID.random().value), credit: limit, labels: request.workerLabels,
        queues: request.queues, deployments: request.deployments, isExclusive: true)
      try await backend.store.settleBlockedRuns(of: pool.id, limit: Self.chunk)
      let ready = try await backend.store.readyRuns(
        of: pool.id, for: worker, deadline: context.deadline
      ).map(\.runID)
      let records = Dictionary(
        try await backend.store.runs(ready.sorted(), in: namespace).map { ($0.id, $0) },
        uniquingKeysWith: { first, _ in first })
      return ListReadyRunsResponse(runs: ready.compactMap { records[$0].map { Run($0) } })
    }
  }
}
