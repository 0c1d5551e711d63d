// Decides what of a queue may be changed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension PoolHandlers {
  func updateQueue(_ request: UpdateQueueRequest, context: CallContext) async throws
    -> UpdateQueueResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let queue = request.queue else { throw InvalidValue("queue", "is required") }
      let fields = "name, description, priority, concurrency_limit, paused"
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of \(fields)")
      }
      var edit = PoolEdit()
      var newName: String?
      for path in paths {
        switch path {
        case "name": newName = queue.name
        case "description": edit.description = queue.description
        case "priority": edit.priority = queue.priority
        case "concurrency_limit":
          edit.concurrency = queue.concurrencyLimit.map { .limited($0) } ?? .unlimited
        case "paused": edit.isPaused = queue.paused
        default: throw InvalidValue("update_mask", "names \"\(path)\": give any of \(fields)")
        }
      }
      return UpdateQueueResponse(
        queue: MartletProto.Queue(
          try await backend.store.updateQueue(
            try reference(request.name, "name", "the name of the queue"),
            of: try reference(request.pool, "pool", "an id or a name"), in: namespace, edit: edit,
            newName: newName, etag: try etag(queue.etag, "queue.etag"), deadline: context.deadline))
      )
    }
  }
}
