// Decides what a worker is to the store: who it says it is, and what is known of it.

public import MartletModel
import MartletPostgres

/// Who a worker says it is.
public struct WorkerIdentity: Sendable, Equatable {
  /// Unique in the pool; the same worker has it again after a restart.
  public var name: String
  /// While its lease runs, the runs it was offered are its.
  public var sessionID: SessionID
  /// The version of its program.
  public var version: String
  /// The machine, for people.
  public var host: String
  /// What it has.
  public var labels: [String: String]
  /// Only runs of these queues, by name; all when empty.
  public var queues: [String]
  /// Only runs of these deployments, by id or `flow/name`; all when empty.
  public var deployments: [String]

  /// Makes an identity.
  public init(
    name: String, sessionID: SessionID, version: String = "", host: String = "",
    labels: [String: String] = [:], queues: [String] = [], deployments: [String] = []
  ) {
    self.name = name
    self.sessionID = sessionID
    self.version = version
    self.host = host
    self.labels = labels
    self.queues = queues
    self.deployments = deployments
  }

  /// Refuses what cannot be stored.
  func check() throws(StoreError) {
    do throws(InvalidValue) { try PoolRules.check(name: name, "worker.name") } catch {
      throw .invalid(field: error.field, why: error.problem)
    }
    try checkText(version, field: "worker.version", limit: RunLimits.name)
    try checkText(host, field: "worker.host", limit: RunLimits.name)
    try checkLabels(labels, field: "worker.labels")
    for (values, field) in [(queues, "worker.queues"), (deployments, "worker.deployments")] {
      if values.count > 1000 { throw .invalid(field: field, why: "has more than 1000 entries") }
      for value in values { try checkText(value, field: field, limit: 3 * RunLimits.name) }
    }
  }
}

/// A worker that came.
public struct EnteredWorker: Sendable, Equatable {
  /// Its id.
  public var id: WorkerID
  /// Whether it is to leave when its runs have ended.
  public var isDraining: Bool
  /// The mark of this coming.
  public var seen: Instant
  /// The session that it had before; nil when it is new.
  public var previousSession: SessionID?
}

/// How a worker stands.
public struct WorkerStanding: Sendable, Equatable {
  /// The worker.
  public var id: WorkerID
  /// Whether it is to leave when its runs have ended.
  public var isDraining: Bool
  /// The mark of its last coming.
  public var seen: Instant
  /// Whether it has a session.
  public var hasSession: Bool
}

/// A worker as it is listed.
public struct Worker: Sendable, Equatable {
  /// Its id.
  public var id: WorkerID
  /// Its namespace.
  public var namespace: Namespace
  /// The name of its pool.
  public var pool: String
  /// The type of its pool.
  public var type: String
  /// Who it says it is.
  public var identity: WorkerIdentity
  /// Whether it is to leave when its runs have ended.
  public var isDraining: Bool
  /// When it first came.
  public var createTime: Instant
  /// When it was last heard of.
  public var seenTime: Instant
  /// Whether its session lasts.
  public var isOnline: Bool
  /// How many runs it has.
  public var runs: Int64
}

/// How a run stands that a worker was offered.
public struct OfferStanding: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its epoch.
  public var epoch: Int64
  /// The type of its state.
  public var stateType: StateType
  /// Whether an executor has it.
  public var isBound: Bool
  /// The session of who has it.
  public var sessionID: SessionID?
}

extension Worker {
  /// Reads a row of `list_workers`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    pool = try row.get(2)
    type = try row.get(3)
    identity = WorkerIdentity(
      name: try row.get(4), sessionID: try row.get(5), version: try row.get(6),
      host: try row.get(7), labels: try MartletStore.labels(row.get(8)),
      queues: try row.array(9), deployments: try row.array(10))
    isDraining = try row.get(11)
    createTime = try row.get(12)
    seenTime = try row.get(13)
    isOnline = try row.get(14)
    runs = try row.get(15)
  }
}
