// Decides what can be done with profiles from the command line, and how they are shown.

import ArgumentParser
import Martlet
import MartletWire

struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Keep several servers apart, each with its settings.",
    discussion: """
      A profile holds settings of clients, such as the server's address; the clients in Swift and Python read the \
      active one too. They are in ~/.martlet/profiles.toml.
        martlet profile create lab
        martlet profile use lab
        martlet config set MARTLET_API_URL=http://lab.example.com:4200
      """,
    subcommands: [
      CreateProfile.self, UseProfile.self, ListProfiles.self, GetProfile.self, RenameProfile.self,
      DeleteProfile.self,
    ])
}

/// A profile named on the command line.
struct ProfileName: ParsableArguments {
  @Argument(help: "The profile.", completion: .custom { _, _, _ in ProfileFile.names })
  var profile: String
}

extension ProfileFile {
  /// The file of this user.
  static var standard: ProfileFile { ProfileFile(home: RunEnvironment.current.home) }

  /// The names of the profiles; none when the file cannot be read.
  static var names: [String] { (try? standard.read())?.all.map(\.name) ?? [] }

  /// Changes the profiles. When that cannot be, tells why and leaves.
  func change<R>(_ body: (inout Profiles) throws(ProfileError) -> R) throws -> R {
    try ProfileFile.orLeave { () throws(ProfileError) in
      var profiles = try read()
      let result = try body(&profiles)
      try write(profiles)
      return result
    }
  }

  /// Tells what is wrong with profiles, and leaves.
  static func orLeave<R>(_ body: () throws(ProfileError) -> R) throws -> R {
    do { return try body() } catch {
      complain("martlet: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }
}

struct ListProfiles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the profiles; the active one has a star.")
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let environment = RunEnvironment.current
    let profiles = try ProfileFile.orLeave { () throws(ProfileError) in
      try ProfileFile.standard.read()
    }
    let active = environment.profile ?? profiles.active
    switch format.output {
    case .document(let notation):
      try notation.print(
        JSONValue.object([
          "active": .string(active),
          "profiles": .list(profiles.all.map { .string($0.name) }),
        ]))
    case .name: for profile in profiles.all { Terminal.standard.line(profile.name) }
    case .table:
      var table = Table("profile", "server")
      for profile in profiles.all {
        let isActive = profile.name == active
        table.append(
          .init((isActive ? "* " : "  ") + profile.name, isActive ? .green : nil),
          .init(profile.settings[ClientSetting.address.name] ?? "-"))
      }
      Terminal.standard.write(table.render(for: .standard))
    }
  }
}

struct GetProfile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show what a profile chooses.")
  @Argument(
    help: "The profile (default: the active one).",
    completion: .custom { _, _, _ in ProfileFile.names })
  var profile: String?
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let found = try ProfileFile.orLeave { () throws(ProfileError) in
      let profiles = try ProfileFile.standard.read()
      let name = profile ?? RunEnvironment.current.profile ?? profiles.active
      guard let found = profiles[name] else {
        throw ProfileError("there is no profile '\(name)': `martlet profile ls` shows them")
      }
      return found
    }
    let shown = found.settings.sorted { $0.key < $1.key }.map { name, value in
      (name, ClientSetting.named(name)?.isSecret == true ? "********" : value)
    }
    switch format.output {
    case .document(let notation):
      try notation.print(
        JSONValue.object(
          Dictionary(uniqueKeysWithValues: shown.map { ($0, .string($1)) })
        ))
    case .name: Terminal.standard.line(found.name)
    case .table:
      if shown.isEmpty { Terminal.standard.line("Profile '\(found.name)' is empty.") }
      for (name, value) in shown { Terminal.standard.line("\(name)='\(value)'") }
    }
  }
}
