// Decides how flows are created, found, edited and deleted.

public import MartletModel
import MartletPostgres

/// The id of a flow, an artifact, or another thing that is no run.
public struct ObjectID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }

  /// Makes a UUIDv7 of this moment.
  public static func random() -> ObjectID {
    let id = RunID.v7(now: .systemClock, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    return ObjectID(id.value)
  }
}

/// A flow: a definition that runs name.
public struct Flow: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Its name, unique in the namespace.
  public var name: String
  /// What it does, for people.
  public var description: String
  /// Labels, for filters.
  public var labels: [String: String]
  /// Tags, for filters.
  public var tags: [String]
  /// Who made it.
  public var createdBy: String
  /// When it was made.
  public var createTime: Instant
  /// When it was last edited.
  public var updateTime: Instant
  /// Raised by every edit.
  public var etag: Int64
}

/// What may be edited about a flow; nil leaves a thing as it is.
public struct FlowEdit: Sendable, Equatable {
  /// What it does, for people.
  public var description: String?
  /// All labels.
  public var labels: [String: String]?
  /// All tags.
  public var tags: [String]?

  /// Makes an edit.
  public init(description: String? = nil, labels: [String: String]? = nil, tags: [String]? = nil) {
    self.description = description
    self.labels = labels
    self.tags = tags
  }
}

extension Store {
  /// Creates a flow. Repeating a create with the same id and name returns the flow as it is.
  /// - Throws: `alreadyExists` if the name or the id is taken; `invalid`.
  public func createFlow(
    _ name: String, in namespace: Namespace, id: ObjectID? = nil, content: FlowEdit = FlowEdit(),
    actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Flow {
    try checkText(name, field: "flow.name", limit: RunLimits.name)
    if name.isEmpty { throw .invalid(field: "flow.name", why: "is empty") }
    try checkEdit(content)
    let made = id ?? .random()
    let flow = try await write(deadline) { connection in
      try connection.query(SQL.insertFlow) {
        $0.bind(made)
        $0.bind(namespace)
        $0.bind(name)
        $0.bind(content.description ?? "")
        $0.bind(json(content.labels ?? [:]))
        $0.bindArray(content.tags ?? [])
        $0.bind(actor)
      }.first { row throws(PostgresError) in try Flow(row) }
    }
    if let flow { return flow }
    if let there = try await findFlow(id: id, name: nil, in: namespace, deadline),
      there.name == name
    {
      return there
    }
    throw .alreadyExists(resource: "flow", name: name)
  }

  /// Reads a flow by its id or its name.
  /// - Throws: `notFound`.
  public func flow(
    _ reference: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Flow {
    let id = ObjectID(reference)
    guard let flow = try await findFlow(id: id, name: reference, in: namespace, deadline) else {
      throw .notFound(resource: "flow", name: reference)
    }
    return flow
  }

  /// Lists flows by name.
  /// - Parameters:
  ///   - name: The last name of the page before; empty for the first page.
  ///   - prefix: Only flows whose names begin so.
  public func listFlows(
    in namespace: Namespace, after name: String = "", prefix: String = "", limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Flow] {
    try await read(deadline) { connection in
      try connection.query(SQL.listFlows) {
        $0.bind(namespace)
        $0.bind(name)
        $0.bind(prefix)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try Flow(row) }
    }
  }

  /// Edits a flow.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`.
  public func updateFlow(
    _ reference: String, in namespace: Namespace, edit: FlowEdit, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Flow {
    try checkEdit(edit)
    let found = try await flow(reference, in: namespace, deadline: deadline)
    let changed = try await write(deadline) { connection in
      try connection.query(SQL.updateFlow) {
        $0.bind(namespace)
        $0.bind(found.id)
        $0.bind(etag)
        $0.bind(edit.description)
        $0.bind(edit.labels.map { json($0) })
        if let tags = edit.tags { $0.bindArray(tags) } else { $0.bindNull() }
      }.first { row throws(PostgresError) in try Flow(row) }
    }
    if let changed { return changed }
    throw .etagMismatch(
      current: try await flow("\(found.id)", in: namespace, deadline: deadline).etag)
  }

  /// Deletes a flow; its runs stay. A run that names it later registers it again.
  /// - Throws: `notFound`, `etagMismatch`.
  public func deleteFlow(
    _ reference: String, in namespace: Namespace, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let found = try await flow(reference, in: namespace, deadline: deadline)
    let deleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteFlow) {
        $0.bind(namespace)
        $0.bind(found.id)
        $0.bind(etag)
      }.count > 0
    }
    if !deleted {
      let current = try await flow("\(found.id)", in: namespace, deadline: deadline)
      if let etag, etag != current.etag { throw .etagMismatch(current: current.etag) }
      throw .failedPrecondition(
        reason: "FLOW_IN_USE", subject: "flow/\(found.name)",
        message: "the flow \"\(found.name)\" has deployments: delete them first")
    }
  }

  private func findFlow(
    id: ObjectID?, name: String?, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Flow? {
    try await read(deadline) { connection in
      try connection.query(SQL.getFlow) {
        $0.bind(namespace)
        $0.bind(id)
        $0.bind(name)
      }.first { row throws(PostgresError) in try Flow(row) }
    }
  }

  private func checkEdit(_ edit: FlowEdit) throws(StoreError) {
    try checkText(edit.description ?? "", field: "flow.description", limit: RunLimits.message)
    try checkLabels(edit.labels ?? [:], field: "flow.labels")
    for tag in edit.tags ?? [] {
      try checkText(tag, field: "flow.tags", limit: RunLimits.labelValue)
    }
  }
}

extension Flow {
  /// Reads a row with the columns of `get_flow`.
  fileprivate init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    name = try row.get(2)
    description = try row.get(3)
    labels = try MartletStore.labels(row.get(4))
    tags = try row.array(5)
    createdBy = try row.get(6)
    createTime = try row.get(7)
    updateTime = try row.get(8)
    etag = try row.get(9)
  }
}
