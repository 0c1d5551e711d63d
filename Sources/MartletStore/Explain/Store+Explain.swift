// Decides how what explains a run is read: all of it from one snapshot, each part with a bound.

public import MartletModel
import MartletPostgres

/// A run and what explains it.
public struct ExplainedRun: Sendable {
  /// The run.
  public var record: RunRecord
  /// What is known of where it is.
  public var facts: RunFacts

  /// The most limits, and the most keys of the cache, of a run.
  public static let gates = 50
  /// The most holders of one limit.
  public static let holders = 5
}

extension Store {
  /// Reads a run with what explains it.
  /// - Throws: `notFound`, also for a run of another namespace.
  public func explain(
    _ id: RunID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> ExplainedRun {
    let explained = try await read(deadline) { connection in
      try connection.transaction(.snapshot) { pipeline -> ExplainedRun? in
        let runs = try pipeline.runs([id], in: namespace)
        guard let record = runs.first else { return nil }
        let parent = try record.snapshot.parentID.flatMap { parent in
          try pipeline.runs([parent], in: namespace).first
        }
        guard let owner = try pipeline.owner(of: id, in: namespace) else { return nil }
        var limits = try pipeline.limits(of: id, in: namespace)
        if record.snapshot.isToAskForSlots {
          let asked = Set(limits.map(\.limit.id))
          limits += try pipeline.limits(ahead: record.snapshot.policy.needs, in: namespace)
            .filter { !asked.contains($0.limit.id) }
        }
        let facts = RunFacts(
          run: record.snapshot, state: record.state, actor: owner.actor, reason: owner.reason,
          parent: parent?.snapshot, session: owner.session,
          limits: limits,
          cacheKeys: try pipeline.cacheKeys(of: id, in: namespace),
          work: try pipeline.work(of: id, in: namespace), now: owner.now)
        return ExplainedRun(record: record, facts: facts)
      }
    }
    guard let explained else { throw .notFound(resource: "run", name: "\(id)") }
    return explained
  }
}

/// Who brought a run into its state, and the session of who has it.
private struct OwnerFacts {
  var actor: String
  var reason: Reason?
  var session: SessionFact?
  var now: Instant

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    actor = try row.optional(0) ?? "somebody"
    reason = try row.optional(1)
    now = try row.get(5)
    let id: SessionID? = try row.optional(2)
    guard let id else { return }
    session = SessionFact(id: id, holder: try row.get(3), leaseUntil: try row.get(4))
  }
}

extension Pipeline {
  fileprivate borrowing func runs(_ ids: [RunID], in namespace: Namespace) throws -> [RunRecord] {
    try query(SQL.getRuns) {
      $0.bindArray(ids)
      $0.bind(namespace)
    }.map { row throws(PostgresError) in try RunRecord(row) }
  }

  fileprivate borrowing func owner(
    of run: RunID, in namespace: Namespace
  ) throws -> OwnerFacts? {
    try query(SQL.explainOwner) {
      $0.bind(run)
      $0.bind(namespace)
    }.first { row throws(PostgresError) in try OwnerFacts(row) }
  }

  fileprivate borrowing func cacheKeys(
    of run: RunID, in namespace: Namespace
  ) throws -> [CacheFact] {
    try query(SQL.explainCache) {
      $0.bind(run)
      $0.bind(namespace)
      $0.bind(Int64(ExplainedRun.gates))
    }.map { row throws(PostgresError) in
      CacheFact(
        key: try row.get(0), holder: try row.optional(1), lapseTime: try row.get(2),
        isOwn: try row.get(3))
    }
  }
}

extension RunSnapshot {
  /// Whether it asks for its slots when it starts.
  fileprivate var isToAskForSlots: Bool { stateType == .scheduled || stateType == .pending }
}
