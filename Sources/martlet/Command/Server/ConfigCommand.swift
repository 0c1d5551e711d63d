// Decides how it is told what a server would be started with, and where each value came from.

import ArgumentParser
import MartletServer
import MartletSettings
import MartletWire

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show what a server would be started with, check a file.",
    subcommands: [ShowConfig.self, CheckConfig.self])
}

struct ShowConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show each setting, its value and where that came from.",
    discussion: """
      Takes the flags of `martlet server start`, starts nothing, and hides passwords.
      """)
  @OptionGroup var format: FormatOptions
  @OptionGroup var options: ServerOptions<WholeServer>

  func run() async throws {
    let chosen = try options.chosen()
    switch format.output {
    case .name:
      for setting in chosen.resolved.settings { Terminal.standard.line(setting.name) }
    case .document(let notation): try notation.print(chosen.json)
    case .table:
      var table = Table("setting", "value", "source")
      for setting in chosen.resolved.settings {
        table.append(
          .init(setting.name), .init(setting.inWords),
          .init("\(setting.source)", setting.source == .standard ? .dim : nil))
      }
      Terminal.standard.write(table.render(for: .standard))
      Terminal.standard.line("\nfile: \(chosen.file ?? "none")")
      for variable in chosen.unknown {
        let hint = variable.nearest.map { "; did you mean \($0)?" } ?? ""
        Terminal.standard.line("unknown variable \(variable.name)\(hint)")
      }
    }
  }
}

struct CheckConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check that a server would take a file.",
    discussion: """
      Reads the file as `martlet server start` does, and looks at what it names: certificates and keys, the host, \
      origins, the address of the database. Nothing is opened.
      """)
  @Argument(help: "The TOML file.") var file: String

  func run() async throws {
    let path = try Self.orLeave { () throws(SettingsError) in
      let settings = try SettingsFile(at: file)
      let chosen = try ResolvedSettings(
        ServerConfiguration.settings, default: .standard, flags: [:], environment: [:],
        file: settings)
      let problems = chosen.root.problems().map { "\(settings.path): \($0)" }
      guard problems.isEmpty else { throw SettingsError(problems) }
      return settings.path
    }
    Terminal.standard.line("\(path) is good")
  }
}

extension ChosenSettings {
  /// What `show -o json` prints.
  fileprivate var json: JSONValue {
    .object([
      "file": file.map(JSONValue.string) ?? .null,
      "settings": .list(
        resolved.settings.map { setting in
          .object([
            "name": .string(setting.name), "value": setting.shown?.json ?? .null,
            "source": .string("\(setting.source)"),
          ])
        }),
      "unknownVariables": .list(unknown.map { .string($0.name) }),
    ])
  }
}

extension SettingValue {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .number(Double(number))
    case .list(let list): .list(list.map(JSONValue.string))
    }
  }
}
