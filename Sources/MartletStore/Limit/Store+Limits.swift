// Decides how limits are created, found, edited, emptied and deleted; what follows for those in line is the granter's.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates a limit. Repeating a create with the same content returns the limit as it is.
  /// - Throws: `alreadyExists` if the name is taken by a limit of other content; `invalid`.
  public func createLimit(
    _ name: String, scope: LimitScope = .global, in namespace: Namespace,
    content: SlotLimitEdit, actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> SlotLimit {
    try checkName(name)
    try checkOwn(scope)
    try content.check()
    let id = LimitID(ObjectID.random().value)
    _ = try await write(deadline) { connection in
      try connection.query(SQL.insertLimit) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(LimitShard(namespace).number)
        $0.bind(scope)
        $0.bind(name)
        $0.bind(content.slots ?? 0)
        $0.bind(content.decay ?? 0)
        $0.bind(content.isEnabled ?? true)
        $0.bind(content.description ?? "")
        $0.bind(actor)
      }.count
    }
    slotsTaken()
    // Runs that start here from now on know of it.
    if scope == .tag { transitions.knowledge.tagLimits.withLock { $0.forget() } }
    let there = try await limit(.named(scope, name), in: namespace, deadline: deadline)
    let isSame =
      there.slots == content.slots ?? 0 && there.decay == content.decay ?? 0
      && there.isEnabled == content.isEnabled ?? true
      && there.description == content.description ?? ""
    guard there.id == id || isSame else { throw .alreadyExists(resource: "limit", name: name) }
    return there
  }

  /// Reads a limit.
  /// - Throws: `notFound`.
  public func limit(
    _ reference: LimitReference, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> SlotLimit {
    let found = try await read(deadline) { connection in
      try connection.query(SQL.getLimit) {
        $0.bind(namespace)
        $0.bind(reference.id)
        $0.bind(reference.scope)
        $0.bind(reference.name)
      }.first { row throws(PostgresError) in try SlotLimit(row) }
    }
    guard let found else { throw .notFound(resource: "limit", name: "\(reference)") }
    return found
  }

  /// Lists limits by scope and name.
  /// - Parameters:
  ///   - scope: Only of this scope.
  ///   - prefix: Only limits whose names begin so.
  ///   - last: The last limit of the page before.
  public func listLimits(
    in namespace: Namespace, scope: LimitScope? = nil, prefix: String = "",
    after last: (scope: Int16, name: String)? = nil, limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [SlotLimit] {
    try await read(deadline) { connection in
      try connection.query(SQL.listLimits) {
        $0.bind(namespace)
        $0.bind(scope)
        $0.bind(prefix)
        $0.bind(last?.scope ?? 0)
        $0.bind(last?.name ?? "")
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try SlotLimit(row) }
    }
  }

  /// Those of some limits that are there, by scope and name.
  public func limits(
    _ references: some Sequence<LimitReference>, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [SlotLimit] {
    let (ids, names) = (references.compactMap(\.id), references.filter { $0.name != nil })
    return try await read(deadline) { connection in
      try connection.query(SQL.findLimits) {
        $0.bind(namespace)
        $0.bindArray(ids)
        $0.bindArray(nullable: names.map(\.scope))
        $0.bindArray(nullable: names.map(\.name))
      }.map { row throws(PostgresError) in try SlotLimit(row) }
    }
  }

  /// Edits a limit; nobody loses slots that are held.
  /// - Parameter newName: What a global limit is called from now on; nil leaves its name.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`; `alreadyExists` if the new name is taken.
  public func updateLimit(
    _ reference: LimitReference, in namespace: Namespace, edit: SlotLimitEdit,
    newName: String? = nil, etag: Int64? = nil, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> SlotLimit {
    try edit.check()
    let found = try await limit(reference, in: namespace, deadline: deadline)
    try checkOwn(found.scope)
    let newName = newName == found.name ? nil : newName
    if let newName {
      try checkName(newName)
      if found.scope == .tag {
        throw .invalid(
          field: "limit.name", why: "is the tag of a limit of that scope: create another limit")
      }
    }
    try await changing(found, etag, deadline) { pipeline in
      do {
        return try pipeline.query(SQL.updateLimit) {
          $0.bind(namespace)
          $0.bind(found.id)
          $0.bind(etag)
          $0.bind(edit.slots)
          $0.bind(edit.decay)
          $0.bind(edit.isEnabled)
          $0.bind(edit.description)
          $0.bind(newName)
        }.count > 0
      } catch let error as PostgresError where error.sqlState == .uniqueViolation {
        throw StoreError.alreadyExists(resource: "limit", name: newName ?? found.name)
      }
    }
    return try await limit(.id(found.id), in: namespace, deadline: deadline)
  }

  /// Deletes a limit: leases lose what they hold of it, and who waits for it leaves the line.
  /// - Throws: `notFound`, `etagMismatch`.
  public func deleteLimit(
    _ reference: LimitReference, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let found = try await limit(reference, in: namespace, deadline: deadline)
    try checkOwn(found.scope)
    try await changing(found, etag, deadline) { pipeline in
      try pipeline.query(SQL.deleteLimit) {
        $0.bind(namespace)
        $0.bind(found.id)
        $0.bind(etag)
      }.count > 0
    }
  }

  /// Ends every lease that holds a limit, and takes what comes back by time for returned.
  /// - Throws: `notFound`.
  /// - Returns: How many leases were ended.
  public func resetLimit(
    _ reference: LimitReference, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int {
    let found = try await limit(reference, in: namespace, deadline: deadline)
    try checkOwn(found.scope)
    let ended = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        // Whoever comes now waits, so that the reset is of one moment.
        _ = try pipeline.query(SQL.lockLimit) {
          $0.bind(namespace)
          $0.bind(found.id)
        }
        let leases = try pipeline.query(SQL.listLimitLeases) { $0.bind(found.id) }
          .map { row throws(PostgresError) in try row.get(0, as: LeaseID.self) }
        let ended = try pipeline.query(SQL.endLeases) {
          $0.bindArray(leases)
          $0.bind(SlotLease.State.reset)
        }.count
        _ = try pipeline.query(SQL.forgetReturningSlots) { $0.bind(found.id) }
        try pipeline.execute(SQL.insertMarks) {
          $0.bind(LimitShard(namespace).number)
          $0.bindArray([found.id])
        }
        return ended
      }
    }
    limitsChanged()
    return ended
  }

  private func checkName(_ name: String) throws(StoreError) {
    try checkText(name, field: "limit.name", limit: LimitBounds.name)
    if name.isEmpty { throw .invalid(field: "limit.name", why: "is empty") }
    if LimitID(name) != nil {
      throw .invalid(field: "limit.name", why: "reads as an id: choose a name")
    }
  }

  /// Refuses limits that are set with what they are of.
  private func checkOwn(_ scope: LimitScope) throws(StoreError) {
    let place: String
    switch scope {
    case .global, .tag: return
    case .deployment:
      place = "a deployment: set its concurrency_limit, with `martlet deploy --concurrency-limit N`"
    case .pool:
      place =
        "a work pool: set its concurrency_limit, with `martlet work-pool update NAME --concurrency-limit N`"
    case .queue:
      place =
        "a queue: set its concurrency_limit, with `martlet work-pool queue update NAME --pool POOL --limit N`"
    }
    throw .invalid(field: "limit.scope", why: "is \(scope), whose limits belong to \(place)")
  }

  /// Locks a limit, changes it, and wakes the granter.
  private func changing(
    _ found: SlotLimit, _ etag: Int64?, _ deadline: ContinuousClock.Instant?,
    _ change: @escaping @Sendable (borrowing Pipeline) throws -> Bool
  ) async throws(StoreError) {
    let isChanged = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        _ = try pipeline.query(SQL.lockLimit) {
          $0.bind(found.namespace)
          $0.bind(found.id)
        }
        return try change(pipeline)
      }
    }
    if !isChanged {
      throw .etagMismatch(
        current: try await limit(.id(found.id), in: found.namespace, deadline: deadline).etag)
    }
    limitsChanged()
  }
}
