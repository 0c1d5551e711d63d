// Decides what can be done with deployments from the command line.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct DeploymentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deployment", abstract: "List, run, pause and remove deployments.",
    discussion: """
      A deployment is named by its flow and its own name, or by its id:
        martlet deployment run etl/nightly --param day=2026-11-21 --watch
      """,
    subcommands: [
      ListDeployments.self, GetDeployment.self, RunDeployment.self, PauseDeployment.self,
      ResumeDeployment.self, DeleteDeployments.self, ListDeploymentVersions.self,
      PromoteDeployment.self, PreviewDeployment.self, DeploymentScheduleCommand.self,
    ])
}

/// A deployment named on the command line.
struct DeploymentArgument: ParsableArguments {
  @Argument(help: "The deployment: FLOW/NAME or its id.", completion: .deployments)
  var deployment: String
}

extension Deployment {
  /// How people name it.
  var title: String { "\(flow)/\(name)" }

  /// Its pool, as people read it.
  var poolTitle: String {
    guard let spec, !spec.pool.isEmpty else { return "-" }
    return spec.queue.isEmpty ? spec.pool : "\(spec.pool)/\(spec.queue)"
  }
}

extension Connection {
  /// Reads a deployment.
  func deployment(_ reference: String) async throws -> Deployment {
    let response = try await client.deployments.getDeployment(
      GetDeploymentRequest(namespace: namespace, deployment: reference))
    guard let deployment = response.deployment else {
      throw Status(.notFound, "there is no deployment \"\(reference)\"")
    }
    return deployment
  }

  /// Tells what became of a deployment.
  func tell(
    _ deployment: Deployment?, _ response: some Message, _ sentence: String, as format: Format
  ) throws {
    switch format {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(deployment?.title ?? "")
    case .table: Terminal.standard.line(sentence)
    }
  }
}
