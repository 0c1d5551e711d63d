// Decides how deployments are removed: one, or all when that is said, and a person is asked before all go.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto

struct DeleteDeployments: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Delete a deployment with its schedules and the runs that have not started.")
  @Argument(help: "The deployment: FLOW/NAME or its id.", completion: .deployments)
  var deployment: String?
  @Flag(name: [.customShort("a"), .long], help: "Every deployment of the namespace.")
  var all = false
  @Flag(
    name: [.customLong("no-prompt"), .customLong("yes"), .customShort("y")], help: "Do not ask.")
  var noPrompt = false
  @Option(help: "Only if it still has this etag.")
  var etag: String = ""
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard all != (deployment != nil) else {
      throw ValidationError("name a deployment, or say --all")
    }
    guard etag.isEmpty || !all else { throw ValidationError("--etag is of one deployment") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      guard let deployment else { return try await deleteAll(on: connection) }
      try await connection.delete(deployment, etag)
      Terminal.standard.line("Deleted deployment '\(deployment)'.")
      return nil
    }
  }

  private func deleteAll(on connection: Connection) async throws -> ExitStatus? {
    var found: [Deployment] = []
    var request = ListDeploymentsRequest()
    request.namespace = connection.namespace
    repeat {
      let page = try await connection.client.deployments.listDeployments(request)
      found += page.deployments
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    let size = "\(found.count) deployment\(found.count == 1 ? "" : "s")"
    if !noPrompt, !found.isEmpty, isatty(STDIN_FILENO) == 1 {
      complain("Delete \(size), with their schedules and the runs that have not started? [y/N]")
      guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
        complain("martlet: nothing was deleted")
        return .failed
      }
    }
    try await found.concurrently { deployment in
      do {
        try await connection.delete(deployment.id)
      } catch let status as Status where status.code == .notFound {
        // Somebody else was faster.
      }
    }
    Terminal.standard.line("Deleted \(size).")
    return nil
  }
}

extension Connection {
  fileprivate func delete(_ deployment: String, _ etag: String = "") async throws {
    _ = try await client.deployments.deleteDeployment(
      DeleteDeploymentRequest(namespace: namespace, deployment: deployment, etag: etag))
  }
}
