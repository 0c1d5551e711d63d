// Decides what the one program offers, and that a wrong command line leaves with 2.

import ArgumentParser
import Glibc
import Martlet
import MartletServer
import MartletWorker

@main
struct Program: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Orchestration for programs in any language.",
    discussion: """
      Begin with:
        martlet server start                 a server with a database of its own
        martlet run -- make backup           any command as a tracked run
        martlet flow-run ls                  what has run
        martlet explain RUN                  why it waits
        martlet why RUN                      why it failed
      """,
    version: MartletVersion.current,
    subcommands: [
      ServerCommand.self, FlowRunCommand.self, TaskRunCommand.self, RunCommand.self,
      ExplainRun.self, WhyCommand.self, InitCommand.self, DeployCommand.self, PlanCommand.self,
      ApplyCommand.self, FlowCommand.self, DeploymentCommand.self, BackfillCommand.self,
      WorkPoolCommand.self, WorkerCommand.self, LimitCommand.self, ResultCommand.self,
      CacheCommand.self, VariableCommand.self, BlockCommand.self,
      ArtifactCommand.self, EventCommand.self, AutomationCommand.self, ProfileCommand.self,
      ClientConfigCommand.self,
      APICommand.self, ExportCommand.self, ImportCommand.self,
      CompletionCommand.self, ListNames.self, VersionCommand.self,
    ])

  static func main() async {
    // A file opened later must not take the place of a standard stream that was closed.
    var file: Int32
    repeat { file = open("/dev/null", O_RDWR) } while file >= 0 && file <= STDERR_FILENO
    if file > STDERR_FILENO { close(file) }
    GivenDescriptors.note()
    // A reader that goes away ends a write, not the program.
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this may have it ignored; the ends of children would be lost.
    signal(SIGCHLD, SIG_DFL)
    var words: [String] = []
    do {
      if let job = ExecuteJob.fast(CommandLine.arguments) { return try await job.run() }
      let line = CommandWords(Array(CommandLine.arguments.dropFirst()))
      if let profile = line.profile { setenv(Profiles.variable, profile, 1) }
      var command = try parseAsRoot(line.words)
      words = line.words
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch let error as ValidationError where !words.isEmpty {
      // Thrown by a command that was parsed: the parser does not know any more which.
      complain("Error: \(error.message)\n  See '\(name(of: words)) --help' for more information.")
      Glibc.exit(ExitStatus.usage.rawValue)
    } catch {
      let isHelp = exitCode(for: error) == .success
      let isUsage = exitCode(for: error) == .validationFailure
      let text = fullMessage(for: error)
      if isHelp { print(text) } else { complain(isUsage ? text : "martlet: \(error)") }
      Glibc.exit(
        isHelp ? 0 : isUsage ? ExitStatus.usage.rawValue : ExitStatus.failed.rawValue)
    }
  }

  /// The command that a line names, as people type it.
  private static func name(of words: [String]) -> String {
    var names = ["martlet"]
    var command: any ParsableCommand.Type = self
    for word in words {
      guard
        let next = command.configuration.subcommands.first(where: {
          $0.configuration.commandName == word
        })
      else { break }
      names.append(word)
      command = next
    }
    return names.joined(separator: " ")
  }
}
