// Decides how executors' sessions live: opened, kept by heartbeats, closed; never through a run's row.

public import MartletModel
import MartletPostgres

/// The lease of an executor.
public struct Session: Sendable, Equatable {
  /// Its id, made by the client.
  public var id: SessionID
  /// Its namespace.
  public var namespace: Namespace
  /// Who holds it, for people: host and process.
  public var holder: String
  /// Raised each time the session is opened again.
  public var epoch: Int64
  /// How long the lease runs after a heartbeat.
  public var ttl: Interval
  /// When it was opened first.
  public var openTime: Instant
  /// The last heartbeat.
  public var beatTime: Instant
  /// When it lapses without another.
  public var leaseUntil: Instant

  /// The lease of a session that asks for none.
  public static let standardTTL = Interval.seconds(30)
  /// The leases a session may ask for.
  public static let ttlRange = Interval.seconds(2)...Interval.hours(24)
}

/// What a heartbeat is answered.
public struct BeatAnswer: Sendable, Equatable {
  /// When the lease lapses without another; nil if there is no such session: open it again.
  public var leaseUntil: Instant?
  /// Runs that the session holds and that are to stop or to pause, and those that it lost.
  public var asked: [AskedRun]
}

extension Store {
  /// Opens a session, or takes it up again after a disconnection, lapsed or not.
  /// - Throws: `alreadyExists` if the id is taken in another namespace; `invalid`.
  public func openSession(
    _ id: SessionID, in namespace: Namespace, holder: String, actor: String,
    ttl: Interval = Session.standardTTL, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Session {
    try checkText(holder, field: "session.holder", limit: RunLimits.name)
    if holder.isEmpty { throw .invalid(field: "session.holder", why: "is empty") }
    guard Session.ttlRange.contains(ttl) else {
      throw .invalid(field: "session.ttl", why: "must be between 2 seconds and 24 hours")
    }
    let session = try await write(deadline) { connection in
      try connection.query(SQL.openSession) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(holder)
        $0.bind(actor)
        $0.bind(ttl)
      }.first { row throws(PostgresError) in
        Session(
          id: try row.get(0), namespace: try row.get(1), holder: try row.get(2),
          epoch: try row.get(3), ttl: try row.get(4), openTime: try row.get(5),
          beatTime: try row.get(6), leaseUntil: try row.get(7))
      }
    }
    guard let session else { throw .alreadyExists(resource: "session", name: "\(id)") }
    return session
  }

  /// Renews the leases of many sessions in one statement, and says which of their runs are to stop.
  /// Answers in the order of the ids.
  public func renewSessions(_ ids: [SessionID]) async throws(StoreError) -> [BeatAnswer] {
    if ids.isEmpty { return [] }
    let (leases, stops) = try await write { connection in
      let keys = Set(ids).sorted()
      return try connection.pipeline { pipeline in
        let renewed = try pipeline.execute(SQL.renewSessions) { $0.bindArray(keys) }
        let listed = try pipeline.execute(SQL.listAskedRuns) { $0.bindArray(keys) }
        var leases: [SessionID: Instant] = [:]
        try pipeline.receive(renewed).forEach { row throws(PostgresError) in
          leases[try row.get(0)] = try row.get(1, as: Instant.self)
        }
        var stops: [SessionID: [AskedRun]] = [:]
        try pipeline.receive(listed).forEach { row throws(PostgresError) in
          stops[try row.get(0), default: []].append(try AskedRun(row))
        }
        return (leases, stops)
      }
    }
    return ids.map { BeatAnswer(leaseUntil: leases[$0], asked: stops[$0] ?? []) }
  }

  /// Ends a session: whatever it still holds is treated as by a lapsed lease, at once.
  /// - Throws: `notFound`.
  public func closeSession(
    _ id: SessionID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let closed = try await write(deadline) { connection in
      try connection.query(SQL.closeSession) {
        $0.bind(id)
        $0.bind(namespace)
      }.count > 0
    }
    if !closed { throw .notFound(resource: "session", name: "\(id)") }
  }
}
