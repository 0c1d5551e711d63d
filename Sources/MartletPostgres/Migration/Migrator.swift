// Decides how a schema moves forward: one migrator at a time, each step in a transaction of its own.

/// Applies numbered scripts and remembers them in a table.
public struct Migrator: Sendable {
  /// The steps of this binary, by number.
  public let migrations: [Migration]
  private let table: String
  private let lockKey: Int64

  /// Describes what to apply. Nothing is sent yet.
  /// - Parameters:
  ///   - table: Where applied steps are remembered.
  ///   - lockKey: The advisory lock that migrators of one database share.
  public init(
    _ migrations: [Migration], table: String = "martlet_schema",
    lockKey: Int64 = 0x6d61_7274_6c65_7401
  ) {
    self.migrations = migrations.sorted { $0.number < $1.number }
    self.table = SQLText.identifier(table)
    self.lockKey = lockKey
  }

  /// Compares the database with this binary. Changes nothing.
  /// - Throws: ``PostgresError``; ``MigrationError``.
  public func status(on connection: PostgresConnection) throws -> MigrationStatus {
    try MigrationStatus(applied: applied(on: connection), known: migrations)
  }

  /// Refuses a binary that is too old, or a schema that lacks steps. Changes nothing.
  /// - Throws: ``PostgresError``; ``MigrationError``.
  public func check(on connection: PostgresConnection, binary: BinaryVersion) throws {
    try status(on: connection).check(binary: binary)
  }

  /// Applies what is missing and returns it. Waits for another migrator to end.
  /// - Throws: ``PostgresError`` of the step that failed, which is rolled back; those before it stay.
  ///   ``MigrationError/binaryTooOld(binary:oldest:)`` before anything is changed.
  @discardableResult
  public func up(
    on connection: PostgresConnection, binary: BinaryVersion
  ) throws -> [Migration] {
    // Steps may be slow, and so may the migrator that holds the lock.
    try connection.script("SET statement_timeout = 0; SET lock_timeout = 0")
    connection.responseTimeout = .zero
    try lock(connection)
    defer {
      if connection.isUsable {
        _ = try? connection.query(Statement("migration_unlock", "SELECT pg_advisory_unlock_all()"))
        try? connection.script(connection.configuration.sessionScript)
        connection.responseTimeout = connection.configuration.responseTimeout
      }
    }
    try connection.script(creation)
    let status = try status(on: connection)
    if let oldest = status.oldestBinary, binary < oldest {
      throw MigrationError.binaryTooOld(binary: binary, oldest: oldest)
    }
    for migration in status.pending { try apply(migration, on: connection) }
    return status.pending
  }

  /// Asks for the lock over and over: a session that waits inside one statement would hold back
  /// every CREATE INDEX CONCURRENTLY of the one it waits for, and the server's silence has a limit.
  private func lock(_ connection: PostgresConnection) throws {
    let statement = Statement("migration_lock", "SELECT pg_try_advisory_lock($1)")
    let pause = Statement("migration_pause", "SELECT pg_sleep(0.05)::text")
    while true {
      let rows = try connection.query(statement) { $0.bind(lockKey) }
      if try rows.first({ row throws in try row.get(0, as: Bool.self) }) == true { return }
      _ = try connection.query(pause)
    }
  }

  private func apply(_ migration: Migration, on connection: PostgresConnection) throws {
    do {
      try connection.script(
        """
        BEGIN;
        \(migration.sql)
        ;
        INSERT INTO \(table) (version, name, checksum, oldest_binary) VALUES (
          \(migration.number), \(SQLText.literal(migration.name)),
          \(SQLText.literal(migration.checksum)),
          \(SQLText.literal(migration.oldestBinary.description)));
        COMMIT;
        """)
    } catch {
      if connection.isUsable { try connection.script("ROLLBACK") }
      guard var failure = error as? PostgresError else { throw error }
      failure.statement = "migration \(migration.number) (\(migration.name))"
      throw failure
    }
  }

  private func applied(
    on connection: PostgresConnection
  ) throws -> [MigrationStatus.Applied] {
    let exists = try connection.query(
      Statement("migration_table", "SELECT to_regclass($1) IS NOT NULL")
    ) { $0.bind(table) }
    guard try exists.first({ row throws in try row.get(0, as: Bool.self) }) == true else {
      return []
    }
    let list = Statement(
      "migration_list",
      "SELECT version, name, checksum, applied_at, oldest_binary FROM \(table) ORDER BY version")
    return try connection.query(list).map { row throws in
      let oldest = try row.get(4, as: String.self)
      guard let binary = BinaryVersion(oldest) else {
        throw PostgresError(.decodingError, "oldest_binary \"\(oldest)\" is not a version")
      }
      return MigrationStatus.Applied(
        number: Int(try row.get(0, as: Int32.self)), name: try row.get(1),
        checksum: try row.get(2), appliedAt: try row.get(3), oldestBinary: binary)
    }
  }

  private var creation: String {
    """
    CREATE TABLE IF NOT EXISTS \(table) (
      version int PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      oldest_binary text NOT NULL)
    """
  }
}
