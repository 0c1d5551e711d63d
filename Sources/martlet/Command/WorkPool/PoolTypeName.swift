// Decides whether the type of a new pool is meant: a slip of the pen would make a pool that nobody ever serves.

import Martlet
import MartletModel
import MartletProto

extension Connection {
  /// What is wrong with the type of a new pool; nil when the server, Prefect or a worker that was here knows it.
  func problem(withType type: String) async throws -> String? {
    let served = try await client.pools.listPoolTypes(ListPoolTypesRequest(namespace: namespace))
      .types.map(\.name)
    let known = served + PrefectPoolTypes.names
    if known.contains(type) { return nil }
    var request = ListWorkersRequest()
    request.namespace = namespace
    request.includeOffline = true
    repeat {
      let page = try await client.workers.listWorkers(request)
      if page.workers.contains(where: { $0.identity?.type == type }) { return nil }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    let hint = known.nearest(to: type).map { "did you mean \($0)? " } ?? ""
    return "no type of work pool is called \"\(type)\" (\(served.joined(separator: ", "))): \(hint)"
      + "With --new-type it is one that your own workers know"
  }
}

/// The types that Prefect's workers have.
private enum PrefectPoolTypes {
  static let names = [
    "azure-container-instance", "cloud-run", "cloud-run-v2", "coiled", "ecs", "modal",
    "prefect-agent", "prefect:managed", "vertex-ai",
  ]
}
