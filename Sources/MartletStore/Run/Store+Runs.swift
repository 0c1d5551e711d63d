// Decides how runs are read one by one, edited and cancelled.

public import MartletModel
import MartletPostgres

/// What may be edited about a run; nil leaves a thing as it is.
public struct RunEdit: Sendable, Equatable {
  /// The name people see.
  public var name: String?
  /// All labels.
  public var labels: [String: String]?
  /// All tags.
  public var tags: [String]?
  /// How it is tried again from now on.
  public var retry: Retry?

  /// How a run is tried again.
  public enum Retry: Sendable, Equatable {
    /// Not at all.
    case never
    /// As this says.
    case policy(RetryPolicy)

    /// The policy as the statement takes it.
    fileprivate var json: PostgresJSON? {
      if case .policy(let policy) = self { PostgresJSON(policy.json.text) } else { nil }
    }
  }

  /// Makes an edit.
  public init(
    name: String? = nil, labels: [String: String]? = nil, tags: [String]? = nil,
    retry: Retry? = nil
  ) {
    self.name = name
    self.labels = labels
    self.tags = tags
    self.retry = retry
  }
}

extension Store {
  /// Reads a run with its parameters and its whole state.
  /// - Throws: `notFound`, also for a run of another namespace.
  public func run(
    _ id: RunID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunRecord {
    guard let run = try await runs([id], in: namespace, deadline: deadline).first else {
      throw .notFound(resource: "run", name: "\(id)")
    }
    return run
  }

  /// Reads those of some runs that exist in the namespace, in no particular order.
  public func runs(
    _ ids: [RunID], in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunRecord] {
    try await read(deadline) { connection in
      try connection.query(SQL.getRuns) {
        $0.bindArray(ids)
        $0.bind(namespace)
      }.map { row throws(PostgresError) in try RunRecord(row) }
    }
  }

  /// Edits name, labels or tags.
  /// - Parameter etag: What the caller read; nil overwrites whatever is there.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`.
  public func updateRun(
    _ id: RunID, in namespace: Namespace, edit: RunEdit, etag: Int64? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunRecord {
    if edit.name == "" { throw .invalid(field: "run.name", why: "is empty") }
    try checkText(edit.name ?? "", field: "run.name", limit: RunLimits.name)
    try checkLabels(edit.labels ?? [:], field: "run.labels")
    for tag in edit.tags ?? [] {
      try checkText(tag, field: "run.tags", limit: RunLimits.labelValue)
    }
    let changed = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        // In the order in which transitions lock: what they depend on first.
        if edit.retry != nil { _ = try pipeline.query(SQL.lockRunState) { $0.bind(id) }.count }
        let rows = try pipeline.query(SQL.updateRun) {
          $0.bind(id)
          $0.bind(namespace)
          $0.bind(etag)
          $0.bind(edit.name)
          $0.bind(edit.labels.map { json($0) })
          if let tags = edit.tags { $0.bindArray(tags) } else { $0.bindNull() }
        }
        if rows.affected > 0 {
          if let retry = edit.retry {
            _ = try pipeline.query(SQL.updateRetry) {
              $0.bind(id)
              $0.bind(retry.json)
            }.affected
          }
          _ = try pipeline.query(SQL.insertEditFeed) { $0.bind(id) }.affected
          return (true, nil as Int64?)
        }
        let current = try pipeline.query(SQL.getRunEtag) {
          $0.bind(id)
          $0.bind(namespace)
        }.first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
        return (false, current)
      }
    }
    switch changed {
    case (true, _):
      commits.raise()
      return try await run(id, in: namespace, deadline: deadline)
    case (false, let current?): throw .etagMismatch(current: current)
    case (false, nil): throw .notFound(resource: "run", name: "\(id)")
    }
  }

  /// Asks a run to stop. Children follow in later batches.
  /// - Throws: `notFound`, `invalid`, `unavailable`.
  public func cancelRun(_ cancellation: Cancellation) async throws(StoreError) -> CommandAnswer {
    let answer = try await transitions.submit(.cancel(cancellation))
    switch answer.result {
    case .failure(.notFound(let id)): throw .notFound(resource: "run", name: "\(id)")
    case .failure(.invalid(let value)): throw .invalid(field: value.field, why: value.problem)
    case .unavailable(let pause):
      throw .unavailable(retryAfter: pause, message: "the run is locked")
    default: return answer
    }
  }

  /// Reads the history of a run, oldest first.
  /// - Parameters:
  ///   - revision: The last transition the caller has; 0 begins at the creation.
  ///   - limit: At most this many.
  public func transitions(
    of id: RunID, in namespace: Namespace, after revision: Int64 = 0, limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Transition] {
    try await read(deadline) { connection in
      try connection.query(SQL.listTransitions) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(revision)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try Transition(row) }
    }
  }
}
