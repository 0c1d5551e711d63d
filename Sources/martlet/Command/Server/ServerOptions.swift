// Decides what a command about the server's configuration reads: flags, variables, the file, in that order.

import ArgumentParser
import MartletServer
import MartletSettings

/// What was chosen about a server, and where it was read.
struct ChosenSettings {
  /// The settings with what they came to.
  let resolved: ResolvedSettings<ServerConfiguration>
  /// The file that was read, if one was.
  let file: String?
  /// The `MARTLET_` variables that nothing reads.
  let unknown: [UnknownVariable]

  /// What a server is started with.
  var configuration: ServerConfiguration { resolved.root }
}

/// The flags that choose settings of a server.
struct ServerOptions<Scope: SettingScope>: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A TOML file with any of these settings, in its section [server].",
      discussion: """
        Without one the first of ./martlet.toml, ~/.config/martlet/config.toml and /etc/martlet/martlet.toml that \
        exists is read. A setting is called there as its flag, with _ for -. Flags win over variables, and variables \
        over the file.  [MARTLET_CONFIG]
        """))
  var config: String?

  @OptionGroup var flags: SettingFlags<Scope>

  /// What was chosen. When it cannot be, tells why and leaves.
  func chosen() throws -> ChosenSettings {
    try Self.orLeave { () throws(SettingsError) in
      let environment = try ProcessEnvironment.read()
      let file = try SettingsFile.found(by: SettingsSearch(flag: config, environment: environment))
      let table = ServerConfiguration.settings
      return ChosenSettings(
        resolved: try ResolvedSettings(
          table, default: .standard, flags: flags.given, environment: environment, file: file),
        file: file?.path,
        unknown: UnknownVariable.all(
          in: environment, table: table, others: ServerConfiguration.clientVariables))
    }
  }
}

extension ParsableArguments {
  /// Tells what is wrong with settings, and leaves as for a wrong command line.
  static func orLeave<R>(_ body: () throws(SettingsError) -> R) throws -> R {
    do { return try body() } catch {
      for problem in error.problems { complain("martlet: \(problem)") }
      throw ExitCode(ExitStatus.usage.rawValue)
    }
  }
}
