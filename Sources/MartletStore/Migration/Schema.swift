// Decides which schema this binary needs: the migrations in order, and the oldest binary for each.

public import MartletPostgres

/// The schema of the store.
public enum Schema {
  /// The version of this program, as migrations compare it.
  public static let binary = BinaryVersion(0, 1, 0)

  /// Every migration, in order. Once released, none of them changes.
  public static let migrations: [Migration] = [
    migration(1, "runs", PackageResources.m0001_runs_sql),
    migration(2, "partitions", PackageResources.m0002_partitions_sql),
    migration(3, "history", PackageResources.m0003_history_sql),
    migration(4, "sessions", PackageResources.m0004_sessions_sql),
    migration(5, "feed", PackageResources.m0005_feed_sql),
    migration(6, "counts", PackageResources.m0006_counts_sql),
    migration(7, "logs", PackageResources.m0007_logs_sql),
    migration(8, "definitions", PackageResources.m0008_definitions_sql),
    migration(20, "limits", PackageResources.m0020_limits_sql),
    migration(21, "limit lines", PackageResources.m0021_limit_lines_sql),
    migration(30, "results", PackageResources.m0030_results_sql),
    migration(31, "cache", PackageResources.m0031_cache_sql),
    migration(32, "events", PackageResources.m0032_events_sql),
    migration(40, "run slots", PackageResources.m0040_run_slots_sql),
    migration(42, "explanations", PackageResources.m0042_explanations_sql),
    migration(43, "run walks", PackageResources.m0043_run_walks_sql),
    migration(44, "variables", PackageResources.m0044_variables_sql),
    migration(45, "uploads", PackageResources.m0045_uploads_sql),
    migration(46, "refusals", PackageResources.m0046_refusals_sql),
    migration(50, "deployments", PackageResources.m0050_deployments_sql),
    migration(51, "schedules", PackageResources.m0051_schedules_sql),
    migration(52, "pools", PackageResources.m0052_pools_sql),
    migration(55, "schedule bounds", PackageResources.m0055_schedule_bounds_sql),
    migration(56, "pool use", PackageResources.m0056_pool_use_sql),
    migration(60, "run removals", PackageResources.m0060_run_removals_sql),
    migration(61, "stranded runs", PackageResources.m0061_stranded_runs_sql),
    migration(62, "every limit", PackageResources.m0062_every_limit_sql),
    migration(63, "fences", PackageResources.m0063_fences_sql),
    migration(70, "run inputs", PackageResources.m0070_run_inputs_sql),
    migration(71, "variable ids", PackageResources.m0071_variable_ids_sql),
    migration(72, "blocks", PackageResources.m0072_blocks_sql),
    migration(73, "artifact types", PackageResources.m0073_artifact_types_sql),
    migration(80, "automations", PackageResources.m0080_automations_sql),
    migration(81, "trigger parts", PackageResources.m0081_trigger_parts_sql),
    migration(90, "outliers", PackageResources.m0090_outliers_sql),
    migration(100, "outgoing tasks", PackageResources.m0100_outgoing_tasks_sql),
    migration(101, "standing runs", PackageResources.m0101_standing_runs_sql),
    migration(103, "run imports", PackageResources.m0103_run_imports_sql),
  ]

  /// Applies what is missing and begins a new generation if the database was restored.
  /// - Throws: `PostgresError`; `MigrationError` when this binary is too old for the database.
  /// - Returns: The migrations that were applied.
  @discardableResult
  public static func migrate(on connection: PostgresConnection) throws -> [Migration] {
    let applied = try Migrator(migrations).up(on: connection, binary: binary)
    _ = try connection.query(SQL.checkGeneration)
    return applied
  }

  /// Says what is applied and what is missing.
  /// - Throws: `PostgresError`; `MigrationError`.
  public static func status(on connection: PostgresConnection) throws -> MigrationStatus {
    try Migrator(migrations).status(on: connection)
  }

  /// Refuses a database that lacks migrations or needs a newer binary; begins a new generation if
  /// the database was restored.
  /// - Throws: `PostgresError`; `MigrationError`.
  public static func check(on connection: PostgresConnection) throws {
    try Migrator(migrations).check(on: connection, binary: binary)
    _ = try connection.query(SQL.checkGeneration)
  }

  private static func migration(_ number: Int, _ name: String, _ sql: [UInt8]) -> Migration {
    Migration(
      number: number, name: name, sql: String(decoding: sql, as: UTF8.self),
      oldestBinary: BinaryVersion(0, 1, 0))
  }
}
