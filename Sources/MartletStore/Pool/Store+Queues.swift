// Decides how queues of pools are created, found, edited and deleted.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates a queue; without a priority it is served after all others. Repeating a create with the same content returns
  /// the queue as it is.
  /// - Throws: `notFound` for the pool; `alreadyExists` if the name is taken by a queue of other content; `invalid`.
  public func createQueue(
    _ name: String, of pool: String, in namespace: Namespace, content: PoolEdit = PoolEdit(),
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (queue: Queue, isDuplicate: Bool) {
    do throws(InvalidValue) {
      try PoolRules.check(name: name, "queue.name")
    } catch { throw .invalid(field: error.field, why: error.problem) }
    try content.check("queue")
    let pool = try await self.pool(pool, in: namespace, deadline: deadline)
    let id = QueueID(ObjectID.random().value)
    _ = try await write(deadline) { connection in
      try connection.query(SQL.insertQueue) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(pool.id)
        $0.bind(name)
        $0.bind(content.description ?? "")
        $0.bind(content.priority ?? 0)
        $0.bind(content.concurrency?.limit.map(Int64.init))
        $0.bind(content.isPaused ?? false)
      }.count
    }
    let there = try await queue(name, of: pool, deadline: deadline)
    let isSame =
      there.description == content.description ?? ""
      && (content.priority == nil || there.priority == content.priority)
      && there.concurrencyLimit == content.concurrency?.limit.map(Int64.init)
      && there.isPaused == content.isPaused ?? false
    guard there.id == id || isSame else { throw .alreadyExists(resource: "queue", name: name) }
    return (there, there.id != id)
  }

  /// Reads a queue.
  /// - Throws: `notFound`, also for the pool.
  public func queue(
    _ name: String, of pool: String, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Queue {
    let pool = try await self.pool(pool, in: namespace, deadline: deadline)
    return try await queue(name, of: pool, deadline: deadline)
  }

  /// Lists the queues of a pool by priority and name.
  /// - Throws: `notFound` for the pool.
  public func listQueues(
    of pool: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Queue] {
    let pool = try await self.pool(pool, in: namespace, deadline: deadline)
    return try await queues(of: pool, named: nil, deadline: deadline)
  }

  /// Edits a queue; runs that are with workers stay there.
  /// - Parameter newName: What it is called from now on; nil leaves its name.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`; `alreadyExists` if the new name is taken; `failedPrecondition` for
  ///   a new name of the default queue.
  public func updateQueue(
    _ name: String, of pool: String, in namespace: Namespace, edit: PoolEdit,
    newName: String? = nil, etag: Int64? = nil, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Queue {
    try edit.check("queue")
    let newName = newName == name ? nil : newName
    if let newName { try checkNewName(newName, of: name) }
    let pool = try await self.pool(pool, in: namespace, deadline: deadline)
    let isChanged = try await write(deadline) { connection in
      do {
        return try connection.query(SQL.updateQueue) {
          $0.bind(pool.id)
          $0.bind(name)
          $0.bind(etag)
          $0.bind(edit.description)
          $0.bind(edit.priority)
          $0.bind(edit.concurrency?.code)
          $0.bind(edit.isPaused)
          $0.bind(newName)
        }.count > 0
      } catch let error as PostgresError where error.sqlState == .uniqueViolation {
        throw StoreError.alreadyExists(resource: "queue", name: newName ?? name)
      }
    }
    let now = try await queue(isChanged ? newName ?? name : name, of: pool, deadline: deadline)
    guard isChanged else { throw .etagMismatch(current: now.etag) }
    workChanged()
    return now
  }

  /// Deletes a queue; what stands in it, and deployments that name it, have the default queue from now on.
  /// - Throws: `notFound`, `etagMismatch`; `failedPrecondition` for the default queue.
  public func deleteQueue(
    _ name: String, of pool: String, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let pool = try await self.pool(pool, in: namespace, deadline: deadline)
    let found = try await queue(name, of: pool, deadline: deadline)
    guard name != PoolRules.defaultQueue else {
      throw Self.defaultQueue("pause it instead")
    }
    let isGone = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        _ = try pipeline.query(SQL.lockPool) {
          $0.bind(namespace)
          $0.bind(pool.id)
        }
        let isGone =
          try pipeline.query(SQL.deleteQueue) {
            $0.bind(pool.id)
            $0.bind(name)
            $0.bind(etag)
          }.count > 0
        guard isGone else { return false }
        for statement in [SQL.moveQueueItems, SQL.moveQueueDeployments] {
          try pipeline.execute(statement) {
            $0.bind(pool.id)
            $0.bind(found.id)
          }
        }
        return true
      }
    }
    guard isGone else {
      throw .etagMismatch(current: try await queue(name, of: pool, deadline: deadline).etag)
    }
    workChanged()
  }

  private func checkNewName(_ newName: String, of name: String) throws(StoreError) {
    do throws(InvalidValue) {
      try PoolRules.check(name: newName, "queue.name")
    } catch { throw .invalid(field: error.field, why: error.problem) }
    guard name != PoolRules.defaultQueue else {
      throw Self.defaultQueue("create another one with the new name")
    }
  }

  /// Every pool keeps its default queue, under that name.
  private static func defaultQueue(_ remedy: String) -> StoreError {
    .failedPrecondition(
      reason: "DEFAULT_QUEUE", subject: "queue/\(PoolRules.defaultQueue)",
      message: "every pool has its queue \"\(PoolRules.defaultQueue)\": \(remedy)")
  }

  private func queue(
    _ name: String, of pool: Pool, deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Queue {
    guard let queue = try await queues(of: pool, named: name, deadline: deadline).first else {
      throw .notFound(resource: "queue", name: "\(pool.name)/\(name)")
    }
    return queue
  }

  private func queues(
    of pool: Pool, named name: String?, deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [Queue] {
    try await read(deadline) { connection in
      try connection.query(SQL.listQueues) {
        $0.bind(pool.id)
        $0.bind(name)
      }.map { row throws(PostgresError) in try Queue(row) }
    }
  }
}
