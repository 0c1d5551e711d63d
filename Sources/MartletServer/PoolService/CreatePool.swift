// Decides how a pool is created, and when a second creation is the first one repeated.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func createPool(_ request: CreatePoolRequest, context: CallContext) async throws
    -> CreatePoolResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let pool = request.pool else { throw InvalidValue("pool", "is required") }
      let content = PoolEdit(
        description: pool.description,
        template: try pool.template.map { template throws(InvalidValue) in
          try MartletModel.JobTemplate(template, "pool.template")
        },
        concurrency: pool.concurrencyLimit.map { .limited($0) }, isPaused: pool.paused)
      let created = try await backend.store.createPool(
        pool.name, type: try reference(pool.type, "pool.type", "such as process"), in: namespace,
        content: content, actor: context.principal.name, deadline: context.deadline)
      return CreatePoolResponse(
        pool: MartletProto.Pool(created.pool), duplicate: created.isDuplicate)
    }
  }
}
