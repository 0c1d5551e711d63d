// Decides how the sums of runs that dashboards read are held against the runs themselves, and mended.

public import MartletModel
public import MartletPostgres

/// A sum of runs that was not what a full count says.
public struct RunRecount: Sendable, Equatable {
  /// The namespace.
  public var namespace: Namespace
  /// The kind of the runs.
  public var kind: RunKind
  /// Their state.
  public var stateType: StateType
  /// How many it lacked; below zero when it had too many.
  public var missing: Int64

  /// Makes a recount of one sum.
  public init(namespace: Namespace, kind: RunKind, stateType: StateType, missing: Int64) {
    self.namespace = namespace
    self.kind = kind
    self.stateType = stateType
    self.missing = missing
  }

  /// How long a recount may take.
  public static let patience = Duration.seconds(600)

  /// Counts every run and mends the sums, beside whatever goes on. It reads the whole table of states: seconds for some
  /// millions of runs.
  /// - Returns: What was mended; nil when another recount is under way.
  /// - Throws: `PostgresError`.
  public static func mend(on connection: PostgresConnection) throws -> [RunRecount]? {
    try connection.transaction { pipeline in
      let isAlone = try pipeline.query(SQL.lockRecount) {
        $0.bind("\(patience.components.seconds)s")
      }.first { row throws(PostgresError) in try row.get(0, as: Bool.self) }
      guard isAlone == true else { return nil }
      return try pipeline.query(SQL.recountRuns).map { row throws(PostgresError) in
        RunRecount(
          namespace: try row.get(0), kind: try row.get(1), stateType: try row.get(2),
          missing: try row.get(3))
      }
    }
  }
}
