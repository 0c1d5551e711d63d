// Decides the catalogue of what is read of a Prefect database, by name, from the SQL file.

import MartletPostgres

/// The statements that read a Prefect database.
enum PrefectStatements {
  /// The forms of the tables that these statements are written for, with the server that has them.
  static let revisions = ["91e2b8f3d6a4": "Prefect 3.9.1"]

  static let file = StatementFile(String(decoding: PackageResources.prefect_sql, as: UTF8.self))

  private static let all: [String: Statement] = Dictionary(
    uniqueKeysWithValues: file.entries.map { ($0.name, Statement($0.name, $0.sql)) })

  /// A statement of the file. A name that is not there is a defect.
  private static func named(_ name: String) -> Statement {
    guard let statement = all[name] else { preconditionFailure("no statement \(name)") }
    return statement
  }

  static let revision = named("prefect_revision")
  static let key = named("prefect_key")
  static let counts = named("prefect_counts")
  static let flows = named("prefect_flows")
  static let pools = named("prefect_pools")
  static let queues = named("prefect_queues")
  static let limits = named("prefect_limits")
  static let variables = named("prefect_variables")
  static let blockTypes = named("prefect_block_types")
  static let blockSchemas = named("prefect_block_schemas")
  static let blocks = named("prefect_blocks")
  static let deployments = named("prefect_deployments")
  static let automations = named("prefect_automations")
  static let flowRuns = named("prefect_flow_runs")
  static let taskRuns = named("prefect_task_runs")
  static let artifacts = named("prefect_artifacts")
  static let logs = named("prefect_logs")
  static let events = named("prefect_events")
}
