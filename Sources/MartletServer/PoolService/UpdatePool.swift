// Decides what of a pool may be changed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension PoolHandlers {
  func updatePool(_ request: UpdatePoolRequest, context: CallContext) async throws
    -> UpdatePoolResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let pool = request.pool else { throw InvalidValue("pool", "is required") }
      let fields = "description, template, concurrency_limit, paused"
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of \(fields)")
      }
      var edit = PoolEdit()
      for path in paths {
        switch path {
        case "description": edit.description = pool.description
        case "template":
          guard let template = pool.template else {
            throw InvalidValue("pool.template", "is required when update_mask names it")
          }
          edit.template = try MartletModel.JobTemplate(template, "pool.template")
        case "concurrency_limit":
          edit.concurrency = pool.concurrencyLimit.map { .limited($0) } ?? .unlimited
        case "paused": edit.isPaused = pool.paused
        default: throw InvalidValue("update_mask", "names \"\(path)\": give any of \(fields)")
        }
      }
      return UpdatePoolResponse(
        pool: MartletProto.Pool(
          try await backend.store.updatePool(
            try reference(request.poolRef, "pool_ref", "an id or a name"), in: namespace,
            edit: edit, etag: try etag(pool.etag, "pool.etag"), deadline: context.deadline)))
    }
  }
}
