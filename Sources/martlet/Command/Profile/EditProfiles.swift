// Decides how profiles are made, chosen, renamed and removed, in Prefect's words.

import ArgumentParser
import Martlet

struct CreateProfile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a profile.")
  @Argument(help: "Its name.")
  var name: String
  @Option(
    help: "A profile whose settings it takes over.",
    completion: .custom { _, _, _ in ProfileFile.names })
  var from: String?

  func run() async throws {
    try ProfileFile.standard.change { profiles throws(ProfileError) in
      try profiles.create(name, from: from)
    }
    Terminal.standard.write(
      """
      Created profile with properties:
          name - '\(name)'
          from name - \(from ?? "None")

      Use created profile for future, subsequent commands:
          martlet profile use '\(name)'

      Use created profile temporarily for a single command:
          martlet -p '\(name)' config view

      """)
  }
}

struct UseProfile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "use", abstract: "Make a profile the active one.")
  @OptionGroup var name: ProfileName

  func run() async throws {
    try ProfileFile.standard.change { profiles throws(ProfileError) in
      try profiles.use(name.profile)
    }
    Terminal.standard.line("Profile '\(name.profile)' now active.")
    if let chosen = RunEnvironment.current.profile, chosen != name.profile {
      complain("martlet: \(Profiles.variable)=\(chosen) is set and wins over that")
    }
  }
}

struct RenameProfile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Give a profile another name.")
  @OptionGroup var name: ProfileName
  @Argument(help: "The new name.")
  var new: String

  func run() async throws {
    try ProfileFile.standard.change { profiles throws(ProfileError) in
      try profiles.rename(name.profile, to: new)
    }
    Terminal.standard.line("Renamed profile '\(name.profile)' to '\(new)'.")
  }
}

struct DeleteProfile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove a profile that is not active.")
  @OptionGroup var name: ProfileName

  func run() async throws {
    try ProfileFile.standard.change { profiles throws(ProfileError) in
      try profiles.remove(name.profile)
    }
    Terminal.standard.line("Removed profile '\(name.profile)'.")
  }
}
