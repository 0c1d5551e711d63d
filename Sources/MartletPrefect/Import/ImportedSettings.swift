// Decides what flows, pools, queues, limits and variables of Prefect's database become.

internal import MartletModel
package import MartletProto
internal import MartletWire

extension PrefectRow {
  /// A row of `flow`.
  package var flow: MartletProto.Flow {
    var flow = MartletProto.Flow()
    flow.name = text("name")
    flow.tags = texts("tags")
    flow.labels = labels("labels")
    return flow
  }

  /// A row of `work_pool`.
  package var pool: MartletProto.Pool {
    var pool = MartletProto.Pool()
    pool.name = text("name")
    pool.type = text("type")
    pool.description = text("description")
    pool.template = JobTemplate(prefect: self["base_job_template"])
    pool.template?.storage = self["storage_configuration"].flatMap { try? Self.shape($0) }
    pool.concurrencyLimit = number("concurrency_limit")
    pool.paused = isTrue("is_paused")
    return pool
  }

  /// A row of `work_queue`.
  package var queue: MartletProto.Queue {
    var queue = MartletProto.Queue()
    queue.pool = text("work_pool_name")
    queue.name = text("name")
    queue.description = text("description")
    queue.priority = number("priority") ?? 0
    queue.concurrencyLimit = number("concurrency_limit")
    queue.paused = isTrue("is_paused")
    return queue
  }

  /// A row of `concurrency_limit_v2`, or one of `concurrency_limit`, which is that of the name `tag:` and the tag: so Prefect
  /// itself has them since 3.4, and so its clients ask for their slots.
  package var limit: MartletProto.Limit {
    var limit = MartletProto.Limit()
    limit.name = text("name")
    limit.scope = .global
    limit.slots = number("limit") ?? 0
    limit.slotDecayPerSecond =
      self["slot_decay_per_second"].flatMap { try? Double($0, at: []) } ?? 0
    limit.disabled = !isTrue("active")
    return limit
  }

  /// A row of `variable`.
  package var variable: MartletProto.Variable {
    var variable = MartletProto.Variable()
    variable.name = text("name")
    variable.value = JSONValue(self["value"] ?? .null)
    variable.tags = texts("tags")
    return variable
  }
}
