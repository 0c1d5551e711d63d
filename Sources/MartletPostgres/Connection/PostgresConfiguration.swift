// Decides everything about a connection that an operator or a caller may choose, and its defaults.

/// Where the database is and how each connection to it behaves.
public struct PostgresConfiguration: Sendable {
  /// How the server plans prepared statements (`plan_cache_mode`).
  public enum Planning: String, Sendable {
    /// The server's own choice.
    case auto
    /// Plans with the actual values at each execution: right for `= ANY` over partitions.
    case custom = "force_custom_plan"
    /// Plans once.
    case generic = "force_generic_plan"
  }

  /// libpq's connection string or URI, with any driver suffix of other languages removed.
  public let conninfo: String
  /// Shown in `pg_stat_activity`.
  public var applicationName = "martlet"
  /// Longest wait for a connection to be made, all addresses together.
  public var connectTimeout = Duration.seconds(5)
  /// `lock_timeout`; zero means none.
  public var lockTimeout = Duration.seconds(5)
  /// `statement_timeout`; zero means none.
  public var statementTimeout = Duration.seconds(30)
  /// `idle_in_transaction_session_timeout`; zero means none.
  public var idleInTransactionTimeout = Duration.seconds(10)
  /// Longest silence of the server while an answer is due; then the connection counts as lost.
  /// Keep it above ``statementTimeout``. Zero means none.
  public var responseTimeout = Duration.seconds(40)
  /// `tcp_user_timeout`: how long sent bytes may stay unacknowledged.
  public var tcpUserTimeout = Duration.seconds(10)
  /// Idle time before TCP keepalive probes, which then go out every third of it, three times.
  public var keepaliveIdle = Duration.seconds(15)
  /// How prepared statements are planned.
  public var planning = Planning.auto
  /// First and longest pause between attempts to reconnect; each pause doubles and is jittered.
  public var reconnectDelay = Duration.milliseconds(50)...Duration.seconds(5)
  /// More session settings (`SET name = value`), applied last.
  public var settings: [String: String] = [:]

  /// Reads a libpq connection string or a URL.
  ///
  /// `postgres://`, `postgresql://` and those with the driver suffix of SQLAlchemy
  /// (`postgresql+asyncpg://`, `postgresql+psycopg2://`) are accepted. An empty string means libpq's
  /// own defaults and `PG*` variables.
  /// - Throws: ``PostgresError`` of kind `misuse` if libpq cannot parse it. The message never
  ///   contains the password.
  public init(_ url: String) throws(PostgresError) {
    conninfo = try PostgresConfiguration.normalized(url)
  }
}
