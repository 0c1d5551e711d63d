// Decides how automations are created, changed, found and deleted: of two writers that know the same etag one is refused,
// and a trigger that changed, or was paused, begins anew.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates an automation. A repeat returns it as it is.
  /// - Throws: `alreadyExists` when the id is taken by another; `invalid`.
  public func createAutomation(
    _ content: AutomationContent, id: ObjectID, ownerResource: String = "",
    in namespace: Namespace, actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Automation {
    var content = content
    try content.validate()
    try checkText(
      ownerResource, field: "automation.owner_resource", limit: Event.resourceLimit)
    let checked = content
    let isNew = try await write(deadline) { connection in
      try connection.query(SQL.insertAutomation) {
        $0.bind(id)
        $0.bind(namespace)
        checked.bind(to: &$0)
        $0.bind(ownerResource)
        $0.bind(actor)
      }.count > 0
    }
    if isNew { automationsChanged() }
    let found: Automation
    do throws(StoreError) {
      found = try await automation(id, in: namespace, deadline: deadline)
    } catch .notFound where !isNew {
      // It is another namespace's.
      throw .alreadyExists(resource: "automation", name: "\(id)")
    }
    guard isNew || found.content == checked && found.ownerResource == ownerResource else {
      throw .alreadyExists(resource: "automation", name: "\(id)")
    }
    return found
  }

  /// Changes an automation.
  /// - Parameters:
  ///   - etag: What it must have; nil takes any.
  ///   - edit: Changes what it is; called again when somebody else was faster.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`.
  public func updateAutomation(
    _ id: ObjectID, in namespace: Namespace, etag: Int64? = nil, actor: String,
    deadline: ContinuousClock.Instant? = nil,
    _ edit: @Sendable (inout AutomationContent) -> Void
  ) async throws(StoreError) -> Automation {
    for _ in 0..<10 {
      let there = try await automation(id, in: namespace, deadline: deadline)
      if let etag, etag != there.etag { throw .etagMismatch(current: there.etag) }
      var content = there.content
      edit(&content)
      if content == there.content { return there }
      try content.validate()
      let new = content
      let restarts =
        new.trigger != there.content.trigger || there.content.isPaused && !new.isPaused
      let isChanged = try await write(deadline) { connection in
        try connection.transaction { pipeline in
          let count = try pipeline.query(SQL.updateAutomation) {
            $0.bind(namespace)
            $0.bind(id)
            new.bind(to: &$0)
            $0.bind(actor)
            $0.bind(there.etag)
            $0.bind(restarts)
          }.count
          if count > 0, restarts {
            try pipeline.execute(SQL.clearAutomationBuckets) { $0.bind(id) }
          }
          return count > 0
        }
      }
      guard isChanged else { continue }
      automationsChanged()
      return try await automation(id, in: namespace, deadline: deadline)
    }
    throw .unavailable(
      retryAfter: .milliseconds(100), message: "others change the automation all the time")
  }

  /// Reads an automation.
  /// - Throws: `notFound`.
  public func automation(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Automation {
    var query = AutomationQuery(in: namespace)
    query.ids = [id]
    guard let found = try await listAutomations(query, deadline: deadline).first else {
      throw .notFound(resource: "automation", name: "\(id)")
    }
    return found
  }

  /// Lists automations.
  public func listAutomations(
    _ query: AutomationQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Automation] {
    try await read(deadline) { connection in
      try connection.query(SQL.listAutomations) {
        query.bind(to: &$0)
        $0.bind(query.order.rawValue)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try Automation(row) }
    }
  }

  /// Counts the automations that a question takes, whatever its page.
  public func countAutomations(
    _ query: AutomationQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int64 {
    try await read(deadline) { connection in
      try connection.query(SQL.countAutomations) { query.bind(to: &$0) }
        .first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }

  /// Deletes an automation, and what it has not done yet.
  /// - Throws: `notFound`, `etagMismatch`.
  public func deleteAutomation(
    _ id: ObjectID, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteAutomation) {
        $0.bind(namespace)
        $0.bind(id)
        $0.bind(etag)
      }.count > 0
    }
    if !isDeleted {
      throw .etagMismatch(current: try await automation(id, in: namespace, deadline: deadline).etag)
    }
  }

  private func automationsChanged() {
    automationSignal.raise()
    hints.raise()
  }
}

extension AutomationContent {
  /// Binds the columns from the name to the actions.
  fileprivate func bind(to parameters: inout ParameterBuffer) {
    parameters.bind(name)
    parameters.bind(description)
    parameters.bind(isPaused)
    parameters.bindArray(tags)
    parameters.bind(trigger.description)
    parameters.bind(JSON.array(actions).description)
    parameters.bind(JSON.array(actionsOnTrigger).description)
    parameters.bind(JSON.array(actionsOnResolve).description)
  }
}
