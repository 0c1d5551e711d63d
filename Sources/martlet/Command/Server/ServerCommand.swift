// Decides how a server is started, asked how it is, and its database brought up to date.

import ArgumentParser
import Logging
import Martlet
import MartletCall
import MartletHTTP
import MartletProto
import MartletServer

struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server", abstract: "Start a server, ask how it is, migrate its database.",
    subcommands: [
      StartServer.self, ServerStatus.self, MigrateServer.self, RecountServer.self,
      ConfigCommand.self,
    ])
}

struct StartServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start a server and serve until SIGTERM or Ctrl-C.",
    discussion: """
      Without --database-url the server runs a Postgres of its own and keeps its files in --data-dir; the only \
      requirement is that Postgres is installed. Every flag is also a variable, named in brackets, and may stand in a \
      file; `martlet server config show` tells where each value came from. Several servers may share one \
      --database-url.

      Try it:  martlet server start &
               curl -s http://127.0.0.1:4200/readyz
      """)
  @OptionGroup var options: ServerOptions<WholeServer>

  func run() async throws {
    let chosen = try options.chosen()
    let configuration = chosen.configuration
    LoggingSystem.bootstrap {
      LineLogHandler(label: $0, level: configuration.logLevel, format: configuration.logFormat)
    }
    let logger = Logger(label: "martlet")
    if let file = chosen.file { logger.info("settings read", metadata: ["file": "\(file)"]) }
    do {
      try await Server(configuration, logger: logger).run()
    } catch let error as StartupError {
      complain("martlet: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }
}

struct ServerStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Ask a server how it is.")
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let info = try await connection.client.system.getServerInfo(
        GetServerInfoRequest(), options: CallOptions(timeout: .seconds(5)))
      switch format.output {
      case .document(let notation): try notation.print(info)
      case .name: Terminal.standard.line(connection.address)
      case .table:
        let since = info.startTime.map { "up since \(ago($0))" } ?? "up"
        Terminal.standard.line("martlet \(info.version) at \(connection.address): \(since)")
      }
      return nil
    }
  }
}

struct MigrateServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Show or apply the migrations of a database.",
    subcommands: [MigrationStatus.self, MigrateUp.self])
}

struct MigrationStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "List the migrations and whether they are applied.")
  @OptionGroup var options: ServerOptions<DatabaseOnly>

  func run() async throws {
    var table = Table(">number", "name", "applied")
    for migration in try await Migrations.reporting({
      try await Migrations.status(options.chosen().configuration.database)
    }) {
      table.append(
        .init("\(migration.number)"), .init(migration.name),
        migration.isApplied ? .init("yes", .green) : .init("no", .yellow))
    }
    Terminal.standard.write(table.render(for: .standard))
  }
}

struct MigrateUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Apply the migrations that are missing.")
  @OptionGroup var options: ServerOptions<DatabaseOnly>

  func run() async throws {
    let applied = try await Migrations.reporting {
      try await Migrations.up(options.chosen().configuration.database)
    }
    Terminal.standard.line(
      applied.isEmpty ? "up to date" : "applied \(applied.map { "\($0)" }.joined(separator: ", "))")
  }
}

extension Migrations {
  /// Turns a failure to reach the database into a sentence and an exit code.
  static func reporting<R>(_ body: () async throws -> R) async throws -> R {
    do { return try await body() } catch let error as StartupError {
      complain("martlet: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }
}
