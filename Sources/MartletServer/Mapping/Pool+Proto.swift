// Decides how pools, queues and templates cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension MartletModel.JobTemplate {
  /// A template of a request.
  ///
  /// - Throws: `InvalidValue`, which names what is wrong in it.
  init(_ template: MartletProto.JobTemplate, _ field: String) throws(InvalidValue) {
    try self.init(
      variables: try template.variables.json("\(field).variables"),
      job: try template.job.json("\(field).job"), field)
  }

  /// The template as the contract writes it.
  var proto: MartletProto.JobTemplate {
    MartletProto.JobTemplate(
      variables: JSONObject(stored: variables.description), job: JSONObject(stored: job.description)
    )
  }
}

extension JSONObject? {
  /// The object as the model judges it; an absent one is empty.
  func json(_ field: String) throws(InvalidValue) -> JSON {
    guard let self else { return .object(JSONMembers()) }
    do { return try JSON(parsing: try self.jsonText(field)) } catch {
      throw InvalidValue(field, "cannot be read: \(error)")
    }
  }
}

extension MartletProto.Pool {
  /// A pool as it is stored.
  init(_ pool: MartletStore.Pool) {
    self.init()
    id = pool.id.description
    namespace = pool.namespace.name
    name = pool.name
    type = pool.type
    description = pool.description
    template = (try? MartletModel.JobTemplate(text: pool.template))?.proto
    concurrencyLimit = pool.concurrencyLimit.map { Int32(clamping: $0) }
    paused = pool.isPaused
    state = pool.isPaused ? .paused : pool.online > 0 ? .ready : .notReady
    slotsTaken = Int32(clamping: pool.taken)
    runsWaiting = pool.waiting
    workersOnline = Int32(clamping: pool.online)
    etag = "\(pool.etag)"
    createTime = pool.createTime.timestamp
    updateTime = pool.updateTime.timestamp
    createdBy = pool.createdBy
  }
}

extension MartletProto.Queue {
  /// A queue as it is stored.
  init(_ queue: MartletStore.Queue) {
    self.init()
    id = queue.id.description
    namespace = queue.namespace.name
    pool = queue.pool
    name = queue.name
    description = queue.description
    priority = queue.priority
    concurrencyLimit = queue.concurrencyLimit.map { Int32(clamping: $0) }
    paused = queue.isPaused
    slotsTaken = Int32(clamping: queue.taken)
    runsWaiting = queue.waiting
    etag = "\(queue.etag)"
    createTime = queue.createTime.timestamp
    updateTime = queue.updateTime.timestamp
  }
}

extension MartletProto.PoolType {
  /// A type of pools.
  init(_ type: MartletModel.PoolType) {
    self.init()
    name = type.name
    description = type.description
    template = type.template.proto
  }
}
