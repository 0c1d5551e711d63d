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
  /// The version of its definition.
  public var definitionVersion: String?
  /// Its arguments, a JSON object's text; empty for none.
  public var parameters: String?
  /// Its own values for the template of its pool, a JSON object's text; empty for none.
  public var jobVariables: String?
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
    definitionVersion: String? = nil, parameters: String? = nil, jobVariables: String? = nil,
    retry: Retry? = nil
  ) {
    self.name = name
    self.labels = labels
    self.tags = tags
    self.definitionVersion = definitionVersion
    self.parameters = parameters
    self.jobVariables = jobVariables
    self.retry = retry
  }

  /// What a run that is not there to be edited so is: the reason of ``StoreError/failedPrecondition``.
  public static let notScheduled = "NOT_SCHEDULED"
}

extension Store {
  /// Reads a run with its parameters and its whole state.
  /// - Throws: `notFound`, also for a run of another namespace.
  public func run(
    _ id: RunID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunRecord {
    let run = try await read(deadline) { connection in
      try connection.query(SQL.getRun) {
        $0.bind(id)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in try RunRecord(row) }
    }
    guard let run else { throw .notFound(resource: "run", name: "\(id)") }
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

  /// Edits a run's own fields, all of them or none.
  /// - Parameter etag: What the caller read; nil overwrites whatever is there.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`; `failedPrecondition` for job variables of a run that is of no
  ///   deployment or no longer waits to be offered.
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
    try checkText(
      edit.definitionVersion ?? "", field: "run.definition_version", limit: RunLimits.name)
    for (text, field) in [(edit.parameters, "parameters"), (edit.jobVariables, "job_variables")] {
      try checkText(text ?? "", field: "run.\(field)", limit: RunLimits.inline)
    }
    let changed = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        // In the order in which transitions lock: what they depend on first.
        if edit.retry != nil || edit.jobVariables != nil {
          _ = try pipeline.query(SQL.lockRunState) { $0.bind(id) }.count
        }
        if let variables = edit.jobVariables {
          let isWaiting = try pipeline.query(SQL.updateJobVariables) {
            $0.bind(id)
            $0.bind(namespace)
            $0.bind(etag)
            $0.bind(variables.isEmpty ? nil as String? : variables)
          }.first { row throws(PostgresError) in try row.get(0, as: Bool.self) }
          if isWaiting == false { return (false, nil as Int64?, true) }
        }
        let rows = try pipeline.query(SQL.updateRun) {
          $0.bind(id)
          $0.bind(namespace)
          $0.bind(etag)
          $0.bind(edit.name)
          $0.bind(edit.labels.map { json($0) })
          if let tags = edit.tags { $0.bindArray(tags) } else { $0.bindNull() }
          $0.bind(edit.definitionVersion)
          $0.bind(edit.parameters != nil)
          $0.bind(edit.parameters.flatMap { $0.isEmpty ? nil : PostgresJSON($0) })
        }
        if rows.affected > 0 {
          if let retry = edit.retry {
            _ = try pipeline.query(SQL.updateRetry) {
              $0.bind(id)
              $0.bind(retry.json)
            }.affected
          }
          _ = try pipeline.query(SQL.insertEditFeed) { $0.bind(id) }.affected
          return (true, nil as Int64?, false)
        }
        let current = try pipeline.query(SQL.getRunEtag) {
          $0.bind(id)
          $0.bind(namespace)
        }.first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
        return (false, current, false)
      }
    }
    switch changed {
    case (_, _, true):
      throw .failedPrecondition(
        reason: RunEdit.notScheduled, subject: "run.job_variables",
        message: "only a run of a deployment that is SCHEDULED takes job variables")
    case (true, _, _):
      commits.raise()
      return try await run(id, in: namespace, deadline: deadline)
    case (false, let current?, _): throw .etagMismatch(current: current)
    case (false, nil, _): throw .notFound(resource: "run", name: "\(id)")
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
