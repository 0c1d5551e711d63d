// Decides how migrations are shown and applied without a server.

internal import Logging
internal import MartletPostgres
internal import MartletStore

/// The migrations of a database.
public enum Migrations {
  /// A migration and whether the database has it.
  public struct Entry: Sendable {
    /// Its number.
    public let number: Int
    /// Its name.
    public let name: String
    /// Whether the database has it.
    public let isApplied: Bool
  }

  /// Every migration, in order.
  ///
  /// - Throws: `StartupError` when the database cannot be used.
  public static func status(_ database: ServerConfiguration.Database) async throws -> [Entry] {
    try await withConnection(database) { connection in
      let status = try Schema.status(on: connection)
      return Schema.migrations.map { migration in
        Entry(
          number: migration.number, name: migration.name,
          isApplied: status.applied.contains { $0.number == migration.number })
      }
    }
  }

  /// Applies what is missing and returns the numbers of what was.
  ///
  /// - Throws: `StartupError` when the database cannot be used, or needs a newer program.
  public static func up(_ database: ServerConfiguration.Database) async throws -> [Int] {
    try await withConnection(database) { try Schema.migrate(on: $0).map(\.number) }
  }

  /// Does something with a database without a server.
  ///
  /// - Parameter patience: How long one statement may take; nil for the usual time.
  /// - Throws: `StartupError` when the database cannot be used.
  static func withConnection<R: Sendable>(
    _ database: ServerConfiguration.Database, patience: Duration? = nil,
    _ body: @escaping @Sendable (PostgresConnection) throws -> R
  ) async throws -> R {
    let logger = Logger(label: "martlet.migrate") { _ in SwiftLogNoOpLogHandler() }
    let configuration = ServerConfiguration(database: database)
    do {
      let opened = try await Database.open(database, logger: logger)
      var settings = opened.configuration
      if let patience {
        settings.statementTimeout = patience
        settings.responseTimeout = patience + .seconds(30)
      }
      let pool = PostgresPool(settings, size: 1, logger: logger)
      let result: Result<R, any Error>
      do {
        try await pool.waitUntilConnected()
        result = .success(try await pool.read(body))
      } catch { result = .failure(error) }
      await pool.shutdown()
      await opened.close()
      return try result.get()
    } catch {
      throw StartupError(error, configuration)
    }
  }
}
