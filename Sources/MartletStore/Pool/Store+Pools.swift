// Decides how pools are created, found, edited and deleted.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates a pool with its default queue. Repeating a create with the same content returns the pool as it is.
  /// - Throws: `alreadyExists` if the name is taken by a pool of other content; `invalid`.
  public func createPool(
    _ name: String, type: String, in namespace: Namespace, content: PoolEdit = PoolEdit(),
    actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (pool: Pool, isDuplicate: Bool) {
    let template: JobTemplate
    do throws(InvalidValue) {
      try PoolRules.check(newPool: name, "pool.name")
      if PoolID(name) != nil { throw InvalidValue("pool.name", "reads as an id: choose a name") }
      try PoolRules.check(name: type, "pool.type")
      if let given = content.template ?? PoolType.named(type)?.template {
        template = given
      } else {
        template = try JobTemplate(text: "{}")
      }
    } catch { throw .invalid(field: error.field, why: error.problem) }
    try content.check("pool")
    let id = PoolID(ObjectID.random().value)
    _ = try await write(deadline) { connection in
      try connection.query(SQL.insertPool) {
        $0.bind(id)
        $0.bind(QueueID(ObjectID.random().value))
        $0.bind(namespace)
        $0.bind(name)
        $0.bind(type)
        $0.bind(content.description ?? "")
        $0.bind(template.text)
        $0.bind(content.concurrency?.limit.map(Int64.init))
        $0.bind(content.isPaused ?? false)
        $0.bind(actor)
      }.count
    }
    let there = try await pool(name, in: namespace, deadline: deadline)
    let isSame =
      there.type == type && (try? JobTemplate(text: there.template)) == template
      && there.description == content.description ?? ""
      && there.concurrencyLimit == content.concurrency?.limit.map(Int64.init)
      && there.isPaused == content.isPaused ?? false
    guard there.id == id || isSame else { throw .alreadyExists(resource: "pool", name: name) }
    return (there, there.id != id)
  }

  /// Creates the pool of a first start, unless that was done before or somebody has.
  public func createFirstPool(in namespace: Namespace) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.insertFirstPool) {
        $0.bind(PoolID(ObjectID.random().value))
        $0.bind(QueueID(ObjectID.random().value))
        $0.bind(namespace)
        $0.bind(PoolRules.firstPool)
        $0.bind(PoolType.process.name)
        $0.bind(PoolType.process.template.text)
      }.count
    }
  }

  /// Reads a pool by its id or its name.
  /// - Parameter isCounted: False leaves out how many runs and workers it has: counting costs as much as there are.
  /// - Throws: `notFound`.
  public func pool(
    _ reference: String, in namespace: Namespace, isCounted: Bool = true,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Pool {
    let found = try await read(deadline) { connection in
      try connection.query(SQL.getPool) {
        $0.bind(namespace)
        $0.bind(PoolID(reference))
        $0.bind(reference)
        $0.bind(isCounted)
      }.first { row throws(PostgresError) in try Pool(row) }
    }
    guard let found else { throw .notFound(resource: "pool", name: reference) }
    return found
  }

  /// Lists pools by name.
  /// - Parameters:
  ///   - name: The last name of the page before; empty for the first page.
  ///   - type: Only of this type, when not empty.
  public func listPools(
    in namespace: Namespace, after name: String = "", type: String = "", limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Pool] {
    try await read(deadline) { connection in
      try connection.query(SQL.listPools) {
        $0.bind(namespace)
        $0.bind(name)
        $0.bind(type)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try Pool(row) }
    }
  }

  /// Edits a pool; runs that are with workers stay there.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`.
  public func updatePool(
    _ reference: String, in namespace: Namespace, edit: PoolEdit, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Pool {
    try edit.check("pool")
    let found = try await pool(reference, in: namespace, deadline: deadline)
    let isChanged = try await write(deadline) { connection in
      try connection.query(SQL.updatePool) {
        $0.bind(namespace)
        $0.bind(found.id)
        $0.bind(etag)
        $0.bind(edit.description)
        $0.bind(edit.template?.text)
        $0.bind(edit.concurrency?.code)
        $0.bind(edit.isPaused)
      }.count > 0
    }
    let now = try await pool("\(found.id)", in: namespace, deadline: deadline)
    guard isChanged else { throw .etagMismatch(current: now.etag) }
    workChanged()
    return now
  }

  /// Deletes a pool with its queues and its workers.
  /// - Throws: `notFound`, `etagMismatch`; `failedPrecondition` while a deployment names it or runs stand in it.
  public func deletePool(
    _ reference: String, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let found = try await pool(reference, in: namespace, deadline: deadline)
    let refusal = try await write(deadline) { connection -> StoreError? in
      try connection.transaction { pipeline in
        let current = try pipeline.query(SQL.lockPool) {
          $0.bind(namespace)
          $0.bind(found.id)
        }.first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
        guard let current else { return .notFound(resource: "pool", name: reference) }
        if let etag, etag != current { return .etagMismatch(current: current) }
        var isNamed = false
        var holds = false
        try pipeline.query(SQL.findPoolUse) { $0.bind(found.id) }
          .forEach { row throws(PostgresError) in
            isNamed = try row.get(0)
            holds = try row.get(1)
          }
        if isNamed || holds {
          return .failedPrecondition(
            reason: "POOL_IN_USE", subject: "pool/\(found.name)",
            message: isNamed
              ? "a deployment names the pool \"\(found.name)\": give it another pool first"
              : "runs wait in the pool \"\(found.name)\": cancel them, or let them end")
        }
        _ = try pipeline.query(SQL.deletePool) { $0.bind(found.id) }
        return nil
      }
    }
    if let refusal { throw refusal }
  }
}
