// Decides how variables are set, found and deleted: every write is one guarded statement, so that of two writers that
// know the same etag one is refused.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates or changes a variable. A repeat of its last change returns the variable as it is.
  /// - Throws: `alreadyExists` when it is to be created and is there with other content, when its new name is taken, and
  ///   when the id of the change was used for another one; `notFound` when it is to be changed and is not there;
  ///   `etagMismatch`; `invalid`.
  public func setVariable(
    _ change: VariableChange, in namespace: Namespace, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Variable {
    do throws(InvalidValue) {
      try VariableRules.check(name: change.name, "variable.name")
      if let newName = change.newName { try VariableRules.check(name: newName, "new_name") }
      try VariableRules.check(tags: change.tags, "variable.tags")
    } catch { throw .invalid(field: error.field, why: error.problem) }
    try checkJSON(change.value, field: "variable.value", limit: VariableRules.largestValue)
    let mayCreate = change.policy != .update && change.etag == nil && change.newName == nil
    let mayChange = change.policy != .create || change.etag != nil
    // Somebody else may create or delete it between the two statements.
    for _ in 0..<10 {
      if mayCreate {
        let created = try await apply(
          change, SQL.insertVariable, in: namespace, actor: actor, deadline)
        if let created { return created }
      }
      if mayChange {
        let changed = try await apply(
          change, SQL.updateVariable, in: namespace, actor: actor, deadline)
        if let changed { return changed }
      }
      let found = try await find(change, in: namespace, deadline)
      guard let found else {
        if mayCreate { continue }
        if let renamed = try await renamed(change, in: namespace, deadline) { return renamed }
        throw .notFound(resource: "variable", name: change.name)
      }
      if found.isChange, !found.isSame {
        throw .alreadyExists(resource: "change", name: "\(change.id)")
      }
      if !mayChange {
        if found.isSame { return found.variable }
        throw .alreadyExists(resource: "variable", name: change.name)
      }
      if let etag = change.etag, found.variable.etag != etag {
        throw .etagMismatch(current: found.variable.etag)
      }
    }
    throw .unavailable(
      retryAfter: .milliseconds(100), message: "others create and delete the variable all the time")
  }

  /// Reads a variable.
  /// - Throws: `notFound`.
  public func variable(
    _ name: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Variable {
    let found = try await find(VariableChange(name, value: "null"), in: namespace, deadline)
    guard let found else { throw .notFound(resource: "variable", name: name) }
    return found.variable
  }

  /// Reads a variable by its id.
  /// - Throws: `notFound`.
  public func variable(
    id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Variable {
    let found = try await read(deadline) { connection in
      try connection.query(SQL.findVariable) {
        $0.bind(namespace)
        $0.bind(id)
      }.first { row throws(PostgresError) in try Variable(row) }
    }
    guard let found else { throw .notFound(resource: "variable", name: "\(id)") }
    return found
  }

  /// Lists variables.
  public func listVariables(
    _ query: VariableQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Variable] {
    try await read(deadline) { connection in
      try connection.query(SQL.listVariables) {
        query.bind(to: &$0)
        $0.bind(query.after)
        $0.bind(query.order.rawValue)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try Variable(row) }
    }
  }

  /// Counts the variables that a question takes, whatever its page.
  public func countVariables(
    _ query: VariableQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int64 {
    try await read(deadline) { connection in
      try connection.query(SQL.countVariables) { query.bind(to: &$0) }
        .first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }

  /// Deletes a variable.
  /// - Throws: `notFound`, `etagMismatch`.
  public func deleteVariable(
    _ name: String, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteVariable) {
        $0.bind(namespace)
        $0.bind(name)
        $0.bind(etag)
      }.count > 0
    }
    if !isDeleted {
      throw .etagMismatch(
        current: try await variable(name, in: namespace, deadline: deadline).etag)
    }
  }

  /// What a change has made of a variable before, if that was to give it another name.
  private func renamed(
    _ change: VariableChange, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Variable? {
    guard let newName = change.newName else { return nil }
    var repeated = change
    repeated.name = newName
    let found = try await find(repeated, in: namespace, deadline)
    return found.flatMap { $0.isChange && $0.isSame ? $0.variable : nil }
  }

  /// Runs one of the two statements that write a variable; nil when its guard does not hold.
  private func apply(
    _ change: VariableChange, _ statement: Statement, in namespace: Namespace, actor: String,
    _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Variable? {
    try await write(deadline) { connection in
      do {
        return try connection.query(statement) {
          $0.bind(namespace)
          $0.bind(change.name)
          $0.bind(PostgresJSON(change.value))
          $0.bindArray(change.tags)
          $0.bind(actor)
          $0.bind(change.id)
          guard statement == SQL.updateVariable else { return }
          $0.bind(change.etag)
          $0.bind(change.newName)
        }.first { row throws(PostgresError) in try Variable(row) }
      } catch let error as PostgresError
        where error.sqlState == .uniqueViolation && change.newName != nil
      {
        throw StoreError.alreadyExists(resource: "variable", name: change.newName ?? change.name)
      }
    }
  }

  /// The variable of a change, whether it has the content, and whether the change gave it that.
  private func find(
    _ change: VariableChange, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> FoundVariable? {
    try await read(deadline) { connection in
      try connection.query(SQL.getVariable) {
        $0.bind(namespace)
        $0.bind(change.name)
        $0.bind(PostgresJSON(change.value))
        $0.bindArray(change.tags)
        $0.bind(change.id)
      }.first { row throws(PostgresError) in try FoundVariable(row) }
    }
  }
}

/// A variable beside a change that did not come about.
private struct FoundVariable {
  let variable: Variable
  /// Whether it has the content of the change.
  let isSame: Bool
  /// Whether its last change has the id of this one.
  let isChange: Bool

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    variable = try Variable(row)
    isSame = try row.get(10)
    isChange = try row.get(11)
  }
}
