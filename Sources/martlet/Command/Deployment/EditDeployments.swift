// Decides how deployments are paused and taken up again.

import ArgumentParser
import Martlet
import MartletProto

struct PauseDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stop scheduling and offering; runs that go on do.")
  @OptionGroup var reference: DeploymentArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.deployments.pauseDeployment(
        PauseDeploymentRequest(
          namespace: connection.namespace, deployment: reference.deployment))
      try connection.tell(
        response.deployment, response, "Paused deployment '\(response.deployment?.title ?? "")'.",
        as: format.output)
      return nil
    }
  }
}

struct ResumeDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on from now: what passed meanwhile is missed.")
  @OptionGroup var reference: DeploymentArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.deployments.resumeDeployment(
        ResumeDeploymentRequest(
          namespace: connection.namespace, deployment: reference.deployment))
      try connection.tell(
        response.deployment, response, "Resumed deployment '\(response.deployment?.title ?? "")'.",
        as: format.output)
      return nil
    }
  }
}
