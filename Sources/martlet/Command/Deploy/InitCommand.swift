// Decides what a fresh manifest says.

import ArgumentParser
import Glibc
import MartletModel

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a martlet.yaml to begin with.")
  @Option(help: "The manifest's name (default: the folder's).")
  var name: String?

  func run() async throws {
    if let there = ManifestFile.names.first(where: { access($0, F_OK) == 0 }) {
      complain("martlet: \(there) is there already: it was left as it is")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    let folder = realpath(".", nil).map { String(cString: $0) } ?? ""
    let standard = folder.split(separator: "/").last.map(String.init) ?? "project"
    let file = open("martlet.yaml", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    var text = Self.text(name: name ?? standard)
    let isWritten =
      file >= 0
      && text.withUTF8 { write(file, $0.baseAddress, $0.count) == $0.count }
    if file >= 0 { close(file) }
    guard isWritten else {
      complain("martlet: martlet.yaml cannot be written: \(String(cString: strerror(errno)))")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    Terminal.standard.line("Created martlet.yaml. Edit it, then: martlet deploy --all")
  }

  /// The text of the file.
  static func text(name: String) -> String {
    """
    # What Martlet shall have. `martlet deploy --name NAME` makes one deployment, `martlet plan` shows what differs from
    # the server, `martlet apply` makes everything. What is left out stays as it is there.
    name: \(JSON.text(name))

    # Values that programs share.
    # variables:
    #   threshold: 0.8

    # What may go on at the same time, in all programs together.
    # limits:
    #   - name: external-api
    #     slots: 5

    # Where workers wait for runs: `martlet worker start --pool default-agent-pool`.
    pools:
      - name: default-agent-pool
        type: process

    deployments:
      - name: hello
        flow: hello
        # A line for the shell, a list of words, or instead `entrypoint: flows/etl.py:main`.
        command: echo "hello from $MARTLET_RUN_ID"
        pool: default-agent-pool
        # parameters:
        #   day: null
        # concurrency: 1
        # schedules:
        #   - name: nightly
        #     cron: "0 6 * * *"
        #     timezone: Europe/Berlin
        # pull:
        #   - git: {repository: "https://example.com/flows.git", branch: main}
        tags: [example]

    """
  }
}
