// Decides how shells learn to complete commands.

import ArgumentParser

struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print what a shell needs to complete commands.",
    discussion: """
      bash:  martlet completion bash > /etc/bash_completion.d/martlet
      zsh:   martlet completion zsh > "${fpath[1]}/_martlet"
      fish:  martlet completion fish > ~/.config/fish/completions/martlet.fish
      """)
  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  /// A shell that can complete.
  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  func run() async throws {
    let shell: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Terminal.standard.write(Program.completionScript(for: shell))
  }
}
