// Decides how deployments are made from a file or from the command line: created, or made what is said.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto
import MartletWorker

struct DeployCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy", abstract: "Create deployments, or change them to what is said.",
    discussion: """
      Without an entrypoint the deployments of ./martlet.yaml or ./prefect.yaml are taken; what a file or a flag does not \
      say stays as it is on the server.
        martlet deploy flows/etl.py:main --name nightly --pool default-agent-pool --cron "0 6 * * *"
        martlet deploy --name nightly
        martlet deploy --all
      """)
  @Argument(help: "A function of a Python file, FILE.py:FUNCTION.", completion: .file())
  var entrypoint: String?
  @OptionGroup var choices: DeployChoices
  @Flag(help: "Every deployment of the file.")
  var all = false
  @Option(
    name: [.customShort("f"), .customLong("file"), .customLong("prefect-file")],
    help: "The file, or its folder (default: the current one).", completion: .file())
  var file: String?
  @Flag(
    help: "Print what would be deployed, in the normal form of martlet.yaml, and ask no server.")
  var explain = false
  @Flag(help: "Have the server check it, and change nothing.")
  var dryRun = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let deploying = try Deploying(self)
    if explain {
      let environment = connection.environment
      let manifest = try await deploying.manifest(environment, takesSteps: false)
      let complete = try deploying.completed(manifest)
      Terminal.standard.write(complete.normal.yaml)
      return
    }
    try await Connection.use(connection) { connection in
      let manifest = try deploying.completed(
        try await deploying.manifest(self.connection.environment, takesSteps: !dryRun))
      try await connection.findPools(of: manifest)
      let (directory, isRehearsal) = (deploying.directory, dryRun)
      let made = try await connection.createPools(of: manifest, isRehearsal: isRehearsal)
      let responses = try await manifest.deployments.concurrently { wanted in
        try await connection.apply(
          wanted, directory: directory, validateOnly: isRehearsal, yetToMake: made)
      }
      let applied = responses.compactMap { response in response.deployment.map { (response, $0) } }
      for (response, deployment) in applied {
        switch format.output {
        case .document(let notation): try notation.print(response)
        case .name: Terminal.standard.line(deployment.reference)
        case .table: Terminal.standard.line(sentence(response, deployment))
        }
      }
      if format.output == .table, !dryRun { try await hint(applied.map(\.1), on: connection) }
      return nil
    }
  }

  private func sentence(_ response: ApplyDeploymentResponse, _ deployment: Deployment) -> String {
    let fields = response.changedFields.joined(separator: ", ")
    let name = "Deployment '\(deployment.reference)'"
    if dryRun {
      return response.created
        ? "\(name) would be created."
        : fields.isEmpty ? "\(name) would stay as it is." : "\(name) would change: \(fields)."
    }
    if response.created { return "\(name) successfully created with id '\(deployment.id)'." }
    return fields.isEmpty
      ? "\(name) is unchanged, with id '\(deployment.id)'."
      : "\(name) successfully updated with id '\(deployment.id)': \(fields)."
  }

  private func hint(_ deployments: [Deployment], on connection: Connection) async throws {
    let terminal = Terminal.standard
    for pool in Set(deployments.compactMap(\.spec?.pool)).sorted() where !pool.isEmpty {
      let type = try await connection.pool(pool).pool?.type ?? ""
      guard type == ProcessLauncher.type else {
        terminal.line(
          """

          Work pool '\(pool)' is of type \(type), of which this program has no workers: one of yours connects to WorkerService.
          """)
        continue
      }
      terminal.line(
        """

        To execute runs of \(deployments.count == 1 ? "this deployment" : "these deployments"), start a worker in a \
        separate terminal that takes work from the '\(pool)' work pool:

            $ martlet worker start --pool '\(pool)'
        """)
    }
    if let first = deployments.first {
      terminal.line(
        """

        To schedule a run, use the following command:

            $ martlet deployment run '\(first.reference)'
        """)
    }
  }
}

extension Deployment {
  /// How it is named on the command line.
  var reference: String { "\(flow)/\(name)" }
}
