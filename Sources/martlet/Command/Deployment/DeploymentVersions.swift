// Decides how the versions of a deployment are shown, and how one becomes the current one.

import ArgumentParser
import Martlet
import MartletProto

struct ListDeploymentVersions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versions", abstract: "List the versions of a deployment, the newest first.")
  @OptionGroup var reference: DeploymentArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListDeploymentVersionsRequest()
      request.namespace = connection.namespace
      request.deployment = reference.deployment
      var response = ListDeploymentVersionsResponse()
      repeat {
        let page = try await connection.client.deployments.listDeploymentVersions(request)
        response.versions += page.versions
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for version in response.versions { Terminal.standard.line("\(version.number)") }
      case .table:
        var table = Table(">version", "", "name", "created", "by")
        for version in response.versions {
          table.append(
            .init("\(version.number)", .bold), .init(version.current ? "current" : "", .green),
            .init(version.spec?.versionName ?? ""), .init(version.createTime.map(ago) ?? "-"),
            .init(version.createdBy))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct PromoteDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Make a version the current one: new runs are of it.")
  @OptionGroup var reference: DeploymentArgument
  @Argument(help: "The number of the version.")
  var version: Int64
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.deployments.promoteDeploymentVersion(
        PromoteDeploymentVersionRequest(
          namespace: connection.namespace, deployment: reference.deployment, number: version))
      try connection.tell(
        response.deployment, response,
        "Version \(version) of deployment '\(response.deployment?.title ?? "")' is current.",
        as: format.output)
      return nil
    }
  }
}
