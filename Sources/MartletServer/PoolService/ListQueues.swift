// Decides how the queues of a pool are listed: by priority and name.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func listQueues(_ request: ListQueuesRequest, context: CallContext) async throws
    -> ListQueuesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let queues = try await backend.store.listQueues(
        of: try reference(request.pool, "pool", "an id or a name"), in: namespace,
        deadline: context.deadline)
      return ListQueuesResponse(queues: queues.map(MartletProto.Queue.init))
    }
  }
}
