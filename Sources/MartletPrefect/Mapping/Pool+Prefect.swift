// Decides how pools, queues and workers cross. A base job template is a template of Martlet's under other names.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletProto.JobTemplate {
  /// The member of the schema of variables that says where the code and the results of a pool's runs are put: Prefect's
  /// clients ask for it, and schemas pass over members that they do not know.
  private static let storageKey = "x-prefect-storage"

  /// Where the code and the results of the runs are put; nil when nobody said.
  var storage: Shape.WorkPoolStorageConfiguration? {
    get {
      variables?[Self.storageKey].flatMap {
        try? Shape.WorkPoolStorageConfiguration($0.plain, at: [])
      }
    }
    set {
      let json = newValue?.json
      let isEmpty = json?.members?.pairs.allSatisfy { $0.value == .null } ?? true
      if isEmpty, variables?[Self.storageKey] == nil { return }
      variables = variables ?? [:]
      variables?[Self.storageKey] = isEmpty ? nil : json.map { JSONValue($0) }
    }
  }

  /// A base job template of Prefect's; an empty one has no variables and an empty job.
  init(prefect template: JSON?) {
    self.init()
    variables = JSONObject(template?["variables"]?.members ?? JSONMembers())
    job = JSONObject(template?["job_configuration"]?.members ?? JSONMembers())
  }

  /// The template as Prefect writes it.
  fileprivate var prefect: JSON {
    var schema = variables ?? [:]
    schema[Self.storageKey] = nil
    if schema.isEmpty, (job ?? [:]).isEmpty { return .object([]) }
    return .object([
      ("variables", schema.plain),
      ("job_configuration", job?.plain ?? .object([])),
    ])
  }
}

extension Shape.WorkPoolResponse {
  /// A pool as it is now.
  ///
  /// - Parameter queues: its queues.
  init(_ pool: MartletProto.Pool, queues: [MartletProto.Queue]) throws(PrefectFailure) {
    guard let id = UUIDValue(text: pool.id) else {
      throw PrefectFailure(500, "\(pool.id) is no UUID")
    }
    self.init(id: id, name: pool.name, type: pool.type)
    created = pool.createTime.map(Instant.init)
    updated = pool.updateTime.map(Instant.init)
    description = pool.description.isEmpty ? nil : pool.description
    baseJobTemplate = pool.template?.prefect ?? .object([])
    isPaused = pool.paused
    concurrencyLimit = pool.concurrencyLimit.map { Int($0) }
    status =
      switch pool.state {
      case .ready: .ready
      case .paused: .paused
      case .notReady, .unspecified, .unrecognized: .notReady
      }
    defaultQueueID = queues.first { $0.name == PoolRules.defaultQueue }
      .flatMap { UUIDValue(text: $0.id) }
    storageConfiguration = pool.template?.storage ?? Shape.WorkPoolStorageConfiguration()
    if pool.concurrencyLimit != nil { activeSlots = Int(pool.slotsTaken) }
  }
}

extension Shape.WorkQueueResponse {
  /// A queue of a pool as it is now.
  init(_ queue: MartletProto.Queue, of pool: MartletProto.Pool) throws(PrefectFailure) {
    guard let id = UUIDValue(text: queue.id) else {
      throw PrefectFailure(500, "\(queue.id) is no UUID")
    }
    self.init(id: id, name: queue.name)
    created = queue.createTime.map(Instant.init)
    updated = queue.updateTime.map(Instant.init)
    description = queue.description
    isPaused = queue.paused
    concurrencyLimit = queue.concurrencyLimit.map { Int($0) }
    priority = Int(queue.priority)
    workPoolID = UUIDValue(text: pool.id)
    workPoolName = pool.name
    status = queue.paused ? .paused : pool.workersOnline > 0 ? .ready : .notReady
    activeSlots = Int(queue.slotsTaken)
  }
}

extension Shape.WorkerResponse {
  /// A worker as it is now.
  init(_ worker: MartletProto.Worker, of pool: MartletProto.Pool) throws(PrefectFailure) {
    guard let id = UUIDValue(text: worker.id), let poolID = UUIDValue(text: pool.id) else {
      throw PrefectFailure(500, "\(worker.id) is no UUID")
    }
    let identity = worker.identity ?? MartletProto.WorkerIdentity()
    self.init(id: id, name: identity.name, workPoolID: poolID)
    created = worker.createTime.map(Instant.init)
    updated = worker.lastSeenTime.map(Instant.init)
    lastHeartbeatTime = worker.lastSeenTime.map(Instant.init)
    heartbeatIntervalSeconds = identity.labels[Self.interval].flatMap { Int($0) }
    status = worker.online ? .online : .offline
  }

  /// The label of a worker that says how often it lives a sign of life.
  static let interval = "prefect.heartbeat-interval"
}
