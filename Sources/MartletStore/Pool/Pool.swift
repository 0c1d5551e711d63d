// Decides what a pool is to those who look at it, and what of it may be edited.

public import MartletModel
import MartletPostgres

/// Where runs of deployments wait for workers of one kind.
public struct Pool: Sendable, Equatable {
  /// Its id.
  public var id: PoolID
  /// Its namespace.
  public var namespace: Namespace
  /// Its name, unique in the namespace.
  public var name: String
  /// What its workers are.
  public var type: String
  /// For people.
  public var description: String
  /// How a run becomes a job: what ``JobTemplate`` writes.
  public var template: String
  /// How many of its runs may be with workers at a time; nil for any number.
  public var concurrencyLimit: Int64?
  /// Whether nothing of it is offered.
  public var isPaused: Bool
  /// Who made it.
  public var createdBy: String
  /// When it was made.
  public var createTime: Instant
  /// When it was last edited.
  public var updateTime: Instant
  /// Raised by every edit.
  public var etag: Int64
  /// How many of its runs are with workers.
  public var taken: Int64
  /// How many of its runs are due and wait.
  public var waiting: Int64
  /// How many of its workers are online.
  public var online: Int64
}

/// A line of a pool.
public struct Queue: Sendable, Equatable {
  /// Its id.
  public var id: QueueID
  /// Its namespace.
  public var namespace: Namespace
  /// Its pool.
  public var poolID: PoolID
  /// The name of its pool.
  public var pool: String
  /// Its name, unique in the pool.
  public var name: String
  /// For people.
  public var description: String
  /// 1 is served first.
  public var priority: Int32
  /// How many of its runs may be with workers at a time; nil for any number.
  public var concurrencyLimit: Int64?
  /// Whether nothing of it is offered.
  public var isPaused: Bool
  /// When it was made.
  public var createTime: Instant
  /// When it was last edited.
  public var updateTime: Instant
  /// Raised by every edit.
  public var etag: Int64
  /// How many of its runs are with workers.
  public var taken: Int64
  /// How many of its runs are due and wait.
  public var waiting: Int64
}

/// How many runs may be with workers at a time, as an edit says it.
public enum ConcurrencyEdit: Sendable, Hashable {
  /// Any number.
  case unlimited
  /// So many.
  case limited(Int32)

  /// The number as the statements take it.
  var code: Int64 {
    switch self {
    case .unlimited: -1
    case .limited(let limit): Int64(limit)
    }
  }

  /// The number; nil for any.
  public var limit: Int32? { if case .limited(let limit) = self { limit } else { nil } }
}

/// What may be edited about a pool or a queue; nil leaves a thing as it is.
public struct PoolEdit: Sendable, Equatable {
  /// For people.
  public var description: String?
  /// How a run becomes a job; of pools only.
  public var template: JobTemplate?
  /// Which queues are served first; of queues only.
  public var priority: Int32?
  /// How many runs may be with workers.
  public var concurrency: ConcurrencyEdit?
  /// Whether nothing is offered.
  public var isPaused: Bool?

  /// Makes an edit.
  public init(
    description: String? = nil, template: JobTemplate? = nil, priority: Int32? = nil,
    concurrency: ConcurrencyEdit? = nil, isPaused: Bool? = nil
  ) {
    self.description = description
    self.template = template
    self.priority = priority
    self.concurrency = concurrency
    self.isPaused = isPaused
  }

  /// Refuses what cannot be stored.
  func check(_ resource: String) throws(StoreError) {
    try checkText(
      description ?? "", field: "\(resource).description", limit: RunLimits.message)
    if let template {
      try checkJSON(
        template.text, field: "\(resource).template", limit: PoolRules.largestTemplate)
    }
    do throws(InvalidValue) {
      try PoolRules.check(
        concurrency: concurrency?.limit, "\(resource).concurrency_limit")
      if let priority { try PoolRules.check(priority: priority, "\(resource).priority") }
    } catch { throw .invalid(field: error.field, why: error.problem) }
  }
}

extension Pool {
  /// Reads a row with the columns of `get_pool`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    name = try row.get(2)
    type = try row.get(3)
    description = try row.get(4)
    template = try row.get(5)
    concurrencyLimit = try row.optional(6)
    isPaused = try row.get(7)
    createdBy = try row.get(8)
    createTime = try row.get(9)
    updateTime = try row.get(10)
    etag = try row.get(11)
    taken = try row.get(12)
    waiting = try row.get(13)
    online = try row.get(14)
  }
}

extension Queue {
  /// Reads a row of `list_queues`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    poolID = try row.get(2)
    pool = try row.get(3)
    name = try row.get(4)
    description = try row.get(5)
    priority = try row.get(6)
    concurrencyLimit = try row.optional(7)
    isPaused = try row.get(8)
    createTime = try row.get(9)
    updateTime = try row.get(10)
    etag = try row.get(11)
    taken = try row.get(12)
    waiting = try row.get(13)
  }
}
