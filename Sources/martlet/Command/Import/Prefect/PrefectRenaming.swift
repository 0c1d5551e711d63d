// Decides what the ids of a Prefect server's flows, deployments, schedules, pools and queues are here: those of the same names.

import Martlet
import MartletPrefect
import MartletProto

/// Finds what was given another id.
struct PrefectRenaming {
  private let database: PrefectDatabase
  private let connection: Connection

  init(_ database: PrefectDatabase, _ connection: Connection) {
    self.database = database
    self.connection = connection
  }

  /// The ids of flows.
  func flows() async throws -> Renaming {
    var here: [String: String] = [:]
    try await pages { token in
      let page = try await connection.client.flows.listFlows(
        ListFlowsRequest(namespace: connection.namespace, pageToken: token))
      for flow in page.flows { here[flow.name] = flow.id }
      return page.nextPageToken
    }
    var renaming = Renaming()
    try await database.each(PrefectStatements.flows) { rows in
      for row in rows { renaming.note(row.text("id"), is: here[row.text("name")] ?? "") }
    }
    return renaming
  }

  /// The ids of everything, with those that are known.
  func all(_ known: Renaming) async throws -> Renaming {
    var renaming = known
    try await addDeployments(to: &renaming)
    try await addPools(to: &renaming)
    return renaming
  }

  /// The deployments here, by flow and name.
  func deploymentsHere() async throws -> [String: Deployment] {
    var here: [String: Deployment] = [:]
    try await pages { token in
      let page = try await connection.client.deployments.listDeployments(
        ListDeploymentsRequest(namespace: connection.namespace, pageToken: token))
      for deployment in page.deployments {
        here["\(deployment.flow)/\(deployment.name)"] = deployment
      }
      return page.nextPageToken
    }
    return here
  }

  private func addDeployments(to renaming: inout Renaming) async throws {
    let here = try await deploymentsHere()
    var found = renaming
    try await database.each(PrefectStatements.deployments) { rows in
      for row in rows {
        guard let deployment = here["\(row.text("flow_name"))/\(row.text("name"))"] else {
          continue
        }
        found.note(row.text("id"), is: deployment.id)
        for schedule in row.schedules {
          found.note(
            schedule.id, is: deployment.schedules.first { $0.slug == schedule.slug }?.id ?? "")
        }
      }
    }
    renaming = found
  }

  private func addPools(to renaming: inout Renaming) async throws {
    var pools: [String: String] = [:]
    var queues: [String: String] = [:]
    try await pages { token in
      let page = try await connection.client.pools.listPools(
        ListPoolsRequest(namespace: connection.namespace, pageToken: token))
      for pool in page.pools {
        pools[pool.name] = pool.id
        let listed = try await connection.client.pools.listQueues(
          ListQueuesRequest(namespace: connection.namespace, pool: pool.id))
        for queue in listed.queues { queues["\(pool.name)/\(queue.name)"] = queue.id }
      }
      return page.nextPageToken
    }
    var found = renaming
    try await database.each(PrefectStatements.pools) { rows in
      for row in rows { found.note(row.text("id"), is: pools[row.text("name")] ?? "") }
    }
    try await database.each(PrefectStatements.queues) { rows in
      for row in rows {
        found.note(
          row.text("id"), is: queues["\(row.text("work_pool_name"))/\(row.text("name"))"] ?? "")
      }
    }
    renaming = found
  }

  private func pages(_ page: (_ token: String) async throws -> String) async throws {
    var token = ""
    repeat { token = try await page(token) } while !token.isEmpty
  }
}
