// Decides how a server is configured from outside: a flag, else its MARTLET_ variable, else the default.

import ArgumentParser
import Logging
import MartletHTTP
import MartletServer

/// The flags of a server, each of which is also a variable.
struct ServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The address to listen on.",
      discussion: "Keep it on loopback unless something in front checks who calls.  [MARTLET_HOST]")
  )
  var host: String?

  @Option(help: "The port to listen on (default: 4200).  [MARTLET_PORT]")
  var port: Int?

  @OptionGroup var database: DatabaseOptions

  @Option(
    help:
      "trace, debug, info, notice, warning, error, critical (default: info).  [MARTLET_LOG_LEVEL]")
  var logLevel: String?

  @Option(help: "text or json (default: text).  [MARTLET_LOG_FORMAT]")
  var logFormat: String?

  @Option(help: "Threads that serve connections (default: half the cores).  [MARTLET_EVENT_LOOPS]")
  var eventLoops: Int?

  @Option(help: "Database connections that write transitions (default: 2).  [MARTLET_WRITERS]")
  var writers: Int?

  @Option(help: "Database connections that read (default: 4).  [MARTLET_READERS]")
  var readers: Int?

  @Option(help: "Seconds that calls may go on after SIGTERM (default: 10).  [MARTLET_GRACE]")
  var grace: Int?

  @Option(help: "Connections open at once (default: 10000).  [MARTLET_MAX_CONNECTIONS]")
  var maxConnections: Int?

  @Option(help: "Calls open at once on a connection (default: 1000).  [MARTLET_MAX_STREAMS]")
  var maxStreams: Int?

  @Option(help: "The longest message in bytes (default: 4194304).  [MARTLET_MAX_MESSAGE_SIZE]")
  var maxMessageSize: Int?

  @Option(
    help: ArgumentHelp(
      "A host name under which clients may call, besides loopback's; may be repeated.",
      discussion: "[MARTLET_ALLOW_HOST, separated by commas]"))
  var allowHost: [String] = []

  @Option(
    help: ArgumentHelp(
      "An origin whose web pages may call, such as https://ui.example.com; may be repeated.",
      discussion: "[MARTLET_ALLOW_ORIGIN, separated by commas]"))
  var allowOrigin: [String] = []

  @Option(
    help: "Days that history and logs are kept (default: for ever).  [MARTLET_RETENTION_DAYS]")
  var retentionDays: Int?

  /// The configuration that flags and variables come to.
  func configuration() throws -> ServerConfiguration {
    var configuration = ServerConfiguration(database: try database.resolved())
    func choose<T>(_ flag: T?, _ variable: String, _ parse: (String) -> T?) throws -> T? {
      try flag ?? Variable(variable).parsed(parse)
    }
    func positive(_ flag: Int?, _ variable: String, _ name: String) throws -> Int? {
      guard let value = try choose(flag, variable, { Int($0) }) else { return nil }
      guard value > 0 else { throw ValidationError("\(name) must be more than 0, not \(value)") }
      return value
    }
    if let host = try choose(host, "MARTLET_HOST", { $0 }) { configuration.host = host }
    if let port = try choose(port, "MARTLET_PORT", { Int($0) }) {
      guard (0...65535).contains(port) else {
        throw ValidationError("--port must be from 0 to 65535, not \(port)")
      }
      configuration.port = port
    }
    configuration.eventLoops = try positive(eventLoops, "MARTLET_EVENT_LOOPS", "--event-loops")
    if let value = try positive(writers, "MARTLET_WRITERS", "--writers") {
      configuration.writers = value
    }
    if let value = try positive(readers, "MARTLET_READERS", "--readers") {
      configuration.readers = value
    }
    if let value = try choose(grace, "MARTLET_GRACE", { Int($0) }) {
      guard value >= 0 else { throw ValidationError("--grace must not be negative") }
      configuration.grace = .seconds(value)
    }
    if let value = try positive(maxConnections, "MARTLET_MAX_CONNECTIONS", "--max-connections") {
      configuration.limits.connections = value
    }
    if let value = try positive(maxStreams, "MARTLET_MAX_STREAMS", "--max-streams") {
      configuration.limits.concurrentStreams = value
    }
    if let value = try positive(maxMessageSize, "MARTLET_MAX_MESSAGE_SIZE", "--max-message-size") {
      configuration.maxMessageSize = value
    }
    configuration.allowedHosts = try allowHost + Variable("MARTLET_ALLOW_HOST").list
    configuration.allowedOrigins = try allowOrigin + Variable("MARTLET_ALLOW_ORIGIN").list
    if let days = try positive(retentionDays, "MARTLET_RETENTION_DAYS", "--retention-days") {
      configuration.retentionDays = Int32(clamping: days)
    }
    return configuration
  }

  /// How the server writes its log.
  func logging() throws -> (level: Logger.Level, format: LogFormat) {
    let levelName = try logLevel ?? Variable("MARTLET_LOG_LEVEL").text ?? "info"
    guard let level = Logger.Level(rawValue: levelName.lowercased()) else {
      throw ValidationError(
        "--log-level must be one of trace, debug, info, notice, warning, error, critical")
    }
    let formatName = try logFormat ?? Variable("MARTLET_LOG_FORMAT").text ?? "text"
    guard let format = LogFormat(rawValue: formatName.lowercased()) else {
      throw ValidationError("--log-format must be text or json")
    }
    return (level, format)
  }
}

/// Which database a server uses.
struct DatabaseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A Postgres to use, such as postgresql://user:password@host/database.",
      discussion: """
        Without one the server runs a Postgres of its own.  [MARTLET_DATABASE_URL]
        """))
  var databaseUrl: String?

  @Option(
    help: ArgumentHelp(
      "Where the server's own Postgres keeps its files.",
      discussion: """
        The default is ~/.martlet/data, and /var/lib/martlet when started by root.  [MARTLET_DATA_DIR]
        """))
  var dataDir: String?

  /// The database that flags and variables name.
  func resolved() throws -> ServerConfiguration.Database {
    if let url = try databaseUrl ?? Variable("MARTLET_DATABASE_URL").text {
      guard dataDir == nil else {
        throw ValidationError("--database-url and --data-dir exclude each other: give one of them")
      }
      return .url(url)
    }
    let directory = try dataDir ?? Variable("MARTLET_DATA_DIR").text
    return .privateCluster(directory: directory ?? ServerConfiguration.defaultDataDirectory)
  }
}
