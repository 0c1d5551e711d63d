// Decides how the settings of clients are shown, each with where it came from, and kept in a profile.

import ArgumentParser
import Glibc
import Martlet
import MartletModel
import MartletWire

struct ClientConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show and choose settings of clients.",
    discussion: """
      A flag wins over a variable of the environment, that over the active profile, that over the default. What a \
      server is started with is shown by `martlet server config show`.
        martlet config set MARTLET_API_URL=http://lab.example.com:4200
        martlet config view
      """,
    subcommands: [ViewConfig.self, SetConfig.self, UnsetConfig.self, ValidateConfig.self])
}

/// The profile to use for one command.
struct ProfileOption: ParsableArguments {
  @Option(
    help: "The profile to use (default: the active one).  [MARTLET_PROFILE]",
    completion: .custom { _, _, _ in ProfileFile.names })
  var profile: String?
}

struct ViewConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view", abstract: "Show each setting, and where its value came from.")
  @Flag(inversion: .prefixedNo, help: "Show settings that nothing was chosen for.")
  var showDefaults = true
  @Flag(inversion: .prefixedNo, help: "Show where each value came from.")
  var showSources = true
  @Flag(help: "Show keys as they are.")
  var showSecrets = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var chosen: ProfileOption

  func run() async throws {
    let (name, settings) = try resolved()
    let shown = settings.filter { showDefaults || $0.source != .default }
    func value(_ setting: ResolvedClientSetting) -> String {
      let hides = setting.setting.isSecret && !showSecrets && !setting.value.isEmpty
      return hides ? "********" : setting.value
    }
    switch format.output {
    case .document(let notation):
      try notation.print(
        JSONValue.object([
          "profile": .string(name),
          "settings": .list(
            shown.map {
              .object([
                "name": .string($0.setting.name), "value": .string(value($0)),
                "source": .string($0.source.rawValue),
              ])
            }),
        ]))
    case .name: for setting in shown { Terminal.standard.line(setting.setting.name) }
    case .table:
      Terminal.standard.line("\(Profiles.variable)='\(name)'")
      for setting in shown {
        let source = showSources ? " (from \(setting.source.rawValue))" : ""
        Terminal.standard.line("\(setting.setting.name)='\(value(setting))'\(source)")
      }
    }
  }

  private func resolved() throws -> (String, [ResolvedClientSetting]) {
    try ProfileFile.orLeave { () throws(ProfileError) in
      let environment = RunEnvironment.chosen(profile: chosen.profile)
      if let problem = environment.profileProblem { throw problem }
      let profiles = try ProfileFile(home: environment.home).read()
      let name = environment.profile ?? profiles.active
      let held = profiles[name]?.settings ?? [:]
      return (
        name,
        ClientSetting.all.map {
          ResolvedClientSetting(
            $0, variable: { getenv($0).map { String(cString: $0) } }, profile: held)
        }
      )
    }
  }
}

struct SetConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Choose settings in the active profile.")
  @Argument(
    help: "NAME=VALUE, several for several.",
    completion: .list(ClientSetting.all.map { $0.name + "=" }))
  var settings: [String]
  @OptionGroup var chosen: ProfileOption

  func validate() throws {
    guard !settings.isEmpty, settings.allSatisfy({ $0.contains("=") }) else {
      throw ValidationError("say what to choose: NAME=VALUE")
    }
  }

  func run() async throws {
    var choices: [(ClientSetting, String)] = []
    for text in settings {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      choices.append(try ClientSetting.read(String(parts[0]), String(parts[1])))
    }
    let name = try chosen.change { profiles, name throws(ProfileError) in
      for (setting, value) in choices { try profiles.set(setting, to: value, in: name) }
    }
    for (setting, value) in choices {
      Terminal.standard.line(
        "Set '\(setting.name)' to '\(setting.isSecret ? "********" : value)'.")
      if let rival = getenv(setting.name), rival.pointee != 0 {
        complain("martlet: the environment has \(setting.name) too, and wins over that")
      }
    }
    Terminal.standard.line("Updated profile '\(name)'.")
  }
}

struct UnsetConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Take choices out of the active profile.")
  @Argument(help: "The settings.", completion: .list(ClientSetting.all.map(\.name)))
  var names: [String]
  @OptionGroup var chosen: ProfileOption

  func run() async throws {
    let settings = try names.map { try ClientSetting.read($0, "").0 }
    let name = try chosen.change { profiles, name throws(ProfileError) in
      for setting in settings {
        guard profiles[name]?.settings[setting.name] != nil else {
          throw ProfileError("'\(setting.name)' is not set in profile '\(name)'")
        }
        try profiles.set(setting, to: nil, in: name)
      }
    }
    for setting in settings { Terminal.standard.line("Unset '\(setting.name)'.") }
    Terminal.standard.line("Updated profile '\(name)'.")
  }
}

struct ValidateConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check what the profiles hold.")

  func run() async throws {
    let profiles = try ProfileFile.orLeave { () throws(ProfileError) in
      try ProfileFile.standard.read()
    }
    for problem in profiles.problems { complain("martlet: \(problem)") }
    if !profiles.problems.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
    Terminal.standard.line("Configuration valid!")
  }
}

extension ProfileOption {
  /// Changes the profile that is meant; gives its name.
  fileprivate func change(
    _ body: (inout Profiles, String) throws(ProfileError) -> Void
  ) throws -> String {
    let named = RunEnvironment.chosen(profile: profile).profile
    return try ProfileFile.standard.change { profiles throws(ProfileError) in
      let name = named ?? profiles.active
      try body(&profiles, name)
      return name
    }
  }
}

extension ClientSetting {
  /// What Prefect's settings are called here.
  private static let prefect = [
    "PREFECT_API_URL": address, "PREFECT_API_KEY": key, "PREFECT_API_SSL_CERT_FILE": authorities,
    "PREFECT_API_TLS_INSECURE_SKIP_VERIFY": isUnverified,
  ]

  /// The setting of a name and the value for it. When there is none, tells so and leaves.
  fileprivate static func read(_ name: String, _ value: String) throws -> (ClientSetting, String) {
    if let setting = named(name) { return (setting, value) }
    if let setting = prefect[name] {
      guard setting == isUnverified else { return (setting, value) }
      return (setting, ["true": "1", "false": "0"][value.lowercased()] ?? value)
    }
    let hint = all.map(\.name).nearest(to: name).map { "; did you mean \($0)?" } ?? ""
    complain("martlet: \(name) is no setting of a client\(hint)")
    throw ExitCode(ExitStatus.usage.rawValue)
  }
}
