// Decides how a queue is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func createQueue(_ request: CreateQueueRequest, context: CallContext) async throws
    -> CreateQueueResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let queue = request.queue else { throw InvalidValue("queue", "is required") }
      let content = PoolEdit(
        description: queue.description, priority: queue.priority == 0 ? nil : queue.priority,
        concurrency: queue.concurrencyLimit.map { .limited($0) }, isPaused: queue.paused)
      let created = try await backend.store.createQueue(
        queue.name, of: try reference(queue.pool, "queue.pool", "an id or a name"), in: namespace,
        content: content, deadline: context.deadline)
      return CreateQueueResponse(
        queue: MartletProto.Queue(created.queue), duplicate: created.isDuplicate)
    }
  }
}
