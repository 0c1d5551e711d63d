// Decides where the state is: in a Postgres of the server's own, or in somebody else's.

internal import Logging
internal import MartletPostgres
internal import MartletStore

/// The database a server uses.
struct Database: Sendable {
  /// How to connect.
  let configuration: PostgresConfiguration
  /// The server's own Postgres, if it has one.
  let cluster: PrivateCluster?

  /// Starts or names the database.
  ///
  /// - Throws: `ClusterError`, `PostgresError`.
  static func open(_ database: ServerConfiguration.Database, logger: Logger) async throws
    -> Database
  {
    switch database {
    case .url(let url):
      return Database(configuration: try PostgresConfiguration(url), cluster: nil)
    case .privateCluster(let directory):
      let cluster = try await PrivateCluster.start(
        ClusterOptions(directory: directory), logger: logger)
      return Database(configuration: cluster.configuration, cluster: cluster)
    }
  }

  /// Brings the schema up to date. Several servers may do so at once: one of them does it.
  ///
  /// - Throws: `PostgresError`, `MigrationError`.
  func migrate(logger: Logger) async throws {
    let pool = PostgresPool(configuration, size: 1, logger: logger)
    let result: Result<[Int], any Error>
    do {
      try await pool.waitUntilConnected()
      result = .success(try await pool.read { try Schema.migrate(on: $0).map(\.number) })
    } catch { result = .failure(error) }
    await pool.shutdown()
    let applied = try result.get()
    if !applied.isEmpty {
      logger.notice("migrations applied", metadata: ["numbers": "\(applied)"])
    }
  }

  /// Stops the server's own Postgres.
  func close() async { await cluster?.stop() }
}

extension ServerConfiguration {
  /// Where the server's own Postgres keeps its files unless told otherwise.
  public static var defaultDataDirectory: String { ClusterOptions.defaultDirectory }
}
