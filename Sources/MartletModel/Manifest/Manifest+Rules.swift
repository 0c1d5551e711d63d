// Decides which pools and limits of a manifest no server would take, so that a plan can say so without one.

extension PoolManifest {
  /// Checks the pool and its queues by the rules of pools.
  ///
  /// - Parameter isNew: Whether it is yet to be made: then its name must be one that a new pool may have.
  /// - Throws: `InvalidValue`, which names the field as a server does.
  public func check(isNew: Bool) throws(InvalidValue) {
    if isNew { try PoolRules.check(newPool: name, "pool.name") }
    try PoolRules.check(concurrency: limit.map(Int32.init(clamping:)), "pool.concurrency_limit")
    if let template {
      _ = try JobTemplate(
        variables: template["variables"] ?? .object(JSONMembers()),
        job: template["job"] ?? template["job_configuration"] ?? .object(JSONMembers()),
        "pool.template")
    }
    for queue in queues ?? [] {
      try PoolRules.check(name: queue.name, "queue.name")
      try PoolRules.check(
        concurrency: queue.limit.map(Int32.init(clamping:)), "queue.concurrency_limit")
      if let priority = queue.priority {
        try PoolRules.check(priority: Int32(clamping: priority), "queue.priority")
      }
    }
  }
}

extension LimitManifest {
  /// Checks the limit by the rules of limits.
  ///
  /// - Throws: `InvalidValue`, which names the field as a server does.
  public func check() throws(InvalidValue) {
    guard (1...LimitBounds.name).contains(name.utf8.count), LimitID(name) == nil else {
      throw InvalidValue(
        "limit.name", "must be 1 to \(LimitBounds.name) bytes long, and not read as an id")
    }
    guard LimitBounds.slots.contains(Int32(clamping: slots)) else {
      throw InvalidValue("limit.slots", "must be from 0 to \(LimitBounds.slots.upperBound)")
    }
    if let decay, decay != 0, SlotDecay(perSecond: decay) == nil {
      throw InvalidValue(
        "limit.slot_decay_per_second", "must be 0, or from 0.00001 to 1000000")
    }
  }
}
