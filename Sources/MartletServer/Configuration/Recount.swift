// Decides how the counts of runs are held against the runs, and mended, without a server.

internal import MartletModel
internal import MartletStore

/// The counts of runs that dashboards read.
public enum Recount {
  /// A count that was wrong.
  public struct Mend: Sendable {
    /// The namespace.
    public let namespace: String
    /// The kind of the runs.
    public let kind: String
    /// Their state.
    public let state: String
    /// How many it lacked; below zero when it had too many.
    public let missing: Int64
  }

  /// Counts every run and mends the counts; servers may go on meanwhile.
  ///
  /// - Returns: What was mended; nil when another recount is under way.
  /// - Throws: `StartupError` when the database cannot be used.
  public static func mend(_ database: ServerConfiguration.Database) async throws -> [Mend]? {
    try await Migrations.withConnection(database, patience: RunRecount.patience) { connection in
      try RunRecount.mend(on: connection)?.map {
        Mend(
          namespace: $0.namespace.name, kind: $0.kind.description, state: $0.stateType.description,
          missing: $0.missing)
      }
    }
  }
}
