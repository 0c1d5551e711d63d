// Decides how what people set up is read for an export, page by page: flows, pools, limits, variables, blocks, deployments.

import Martlet
import MartletProto

/// One pass over all that a namespace has.
struct RecordExport {
  let connection: Connection
  let writer: any RecordSink
  let sections: Set<RecordSection>
  let withSecrets: Bool

  var client: Client { connection.client }
  var namespace: String { connection.namespace }

  /// Writes every part that was asked for, in the order in which they can be taken in.
  func run() async throws {
    if sections.contains(.flows) { try await writeFlows() }
    if sections.contains(.pools) { try await writePools() }
    if sections.contains(.limits) { try await writeLimits() }
    if sections.contains(.variables) { try await writeVariables() }
    if sections.contains(.blocks) { try await writeBlocks() }
    if sections.contains(.deployments) { try await writeDeployments() }
    if sections.contains(.runs) || sections.contains(.logs) { try await writeRuns() }
    if sections.contains(.artifacts) { try await writeArtifacts() }
    if sections.contains(.events) { try await writeEvents() }
  }

  /// Calls with the token of each page, beginning with none, until there is no next one.
  func eachPage(_ page: (_ token: String) async throws -> String) async throws {
    var token = ""
    repeat { token = try await page(token) } while !token.isEmpty
  }

  private func writeFlows() async throws {
    try await eachPage { token in
      let page = try await client.flows.listFlows(
        ListFlowsRequest(namespace: namespace, pageToken: token))
      for flow in page.flows { try writer.write(.flow, flow) }
      return page.nextPageToken
    }
  }

  private func writePools() async throws {
    try await eachPage { token in
      let page = try await client.pools.listPools(
        ListPoolsRequest(namespace: namespace, pageToken: token))
      for pool in page.pools {
        try writer.write(.pool, pool)
        let queues = try await client.pools.listQueues(
          ListQueuesRequest(namespace: namespace, pool: pool.id))
        for queue in queues.queues { try writer.write(.queue, queue) }
      }
      return page.nextPageToken
    }
  }

  private func writeLimits() async throws {
    try await eachPage { token in
      let page = try await client.limits.listLimits(
        ListLimitsRequest(namespace: namespace, pageToken: token))
      // Those of pools, queues and deployments are told with what they are of.
      for limit in page.limits where limit.scope == .global || limit.scope == .tag {
        try writer.write(.limit, limit)
      }
      return page.nextPageToken
    }
  }

  private func writeVariables() async throws {
    try await eachPage { token in
      let page = try await client.variables.listVariables(
        ListVariablesRequest(namespace: namespace, pageToken: token))
      for variable in page.variables { try writer.write(.variable, variable) }
      return page.nextPageToken
    }
  }

  private func writeBlocks() async throws {
    try await eachPage { token in
      let page = try await client.blocks.listBlockTypes(
        ListBlockTypesRequest(namespace: namespace, pageToken: token))
      for type in page.blockTypes { try writer.write(.blockType, type) }
      return page.nextPageToken
    }
    try await eachPage { token in
      let page = try await client.blocks.listBlockSchemas(
        ListBlockSchemasRequest(namespace: namespace, pageToken: token))
      for schema in page.blockSchemas { try writer.write(.blockSchema, schema) }
      return page.nextPageToken
    }
    try await eachPage { token in
      let page = try await client.blocks.listBlocks(
        ListBlocksRequest(
          namespace: namespace, filter: BlockFilter(includeAnonymous: true),
          includeSecrets: withSecrets, pageToken: token))
      for block in page.blocks { try writer.write(.block, block) }
      return page.nextPageToken
    }
  }

  private func writeDeployments() async throws {
    try await eachPage { token in
      let page = try await client.deployments.listDeployments(
        ListDeploymentsRequest(namespace: namespace, pageToken: token))
      for deployment in page.deployments { try writer.write(.deployment, deployment) }
      return page.nextPageToken
    }
  }
}
