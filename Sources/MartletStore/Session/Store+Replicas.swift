// Decides how the replicas of the server know of each other.

public import MartletModel
import MartletPostgres

/// A server process on this database.
public struct Replica: Sendable, Equatable {
  /// Its id, made at its start.
  public var id: ObjectID
  /// Host and process, for people.
  public var host: String
  /// The version of its program.
  public var version: String
  /// When it was first heard of.
  public var startTime: Instant
  /// When it was last heard of.
  public var beatTime: Instant
}

extension Store {
  /// Says that a replica is alive. Begins a new generation of resume tokens if the database was
  /// restored or failed over.
  /// - Parameter silence: After how long without a beat a replica counts as gone.
  /// - Returns: How many replicas are alive, this one included.
  public func beatReplica(
    _ id: ObjectID, host: String, version: String, silence: Interval
  ) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.pipeline { pipeline in
        try pipeline.execute(SQL.beatReplica) {
          $0.bind(id)
          $0.bind(host)
          $0.bind(version)
        }
        try pipeline.sync()
        try pipeline.execute(SQL.checkGeneration)
        try pipeline.sync()
        let count = try pipeline.execute(SQL.countReplicas) { $0.bind(silence) }
        return try pipeline.receive(count)
          .first { row throws(PostgresError) in Int(try row.get(0, as: Int64.self)) } ?? 0
      }
    }
  }

  /// The replicas that were heard of lately.
  public func replicas(
    silence: Interval, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Replica] {
    try await read(deadline) { connection in
      try connection.query(SQL.listReplicas) { $0.bind(silence) }.map { row throws(PostgresError) in
        Replica(
          id: try row.get(0), host: try row.get(1), version: try row.get(2),
          startTime: try row.get(3), beatTime: try row.get(4))
      }
    }
  }

  /// Forgets a replica that stops, and all that have been silent for long.
  public func forgetReplica(_ id: ObjectID, silence: Interval) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.deleteReplicas) {
        $0.bind(id)
        $0.bind(silence)
      }.affected
    }
  }
}
