// Decides which names shells offer for completion: those that the server has, asked for in the moment, without a word
// when it does not answer.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto

struct ListNames: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names", abstract: "List names for the completion of shells.",
    shouldDisplay: false)
  @Argument(help: "deployments, flows, limits or pools.")
  var kind: Kind
  @OptionGroup var connection: ConnectionOptions

  /// What has names.
  enum Kind: String, ExpressibleByArgument, CaseIterable { case deployments, flows, limits, pools }

  /// Nobody waits longer for a list of words.
  private static let patience = Duration.milliseconds(900)
  /// Names that are offered at most.
  private static let most: Int32 = 1000

  func run() async throws {
    let environment = connection.environment
    guard let client = try? Client(environment) else { return }
    defer { client.close() }
    let names = try? await names(client, environment.namespace)
    for name in names ?? [] where !name.contains(where: \.isNewline) {
      Terminal.standard.line(name)
    }
  }

  private func names(_ client: Client, _ namespace: String) async throws -> [String] {
    let options = CallOptions(timeout: Self.patience)
    switch kind {
    case .deployments:
      var request = ListDeploymentsRequest()
      request.namespace = namespace
      request.pageSize = Self.most
      return try await client.deployments.listDeployments(request, options: options).deployments
        .map(\.title)
    case .flows:
      var request = ListFlowsRequest()
      request.namespace = namespace
      request.pageSize = Self.most
      return try await client.flows.listFlows(request, options: options).flows.map(\.name)
    case .limits:
      var request = ListLimitsRequest()
      request.namespace = namespace
      request.pageSize = Self.most
      return try await client.limits.listLimits(request, options: options).limits.map { limit in
        limit.scope == .global ? limit.name : "\(limit.scopeName):\(limit.name)"
      }
    case .pools:
      var request = ListPoolsRequest()
      request.namespace = namespace
      request.pageSize = Self.most
      return try await client.pools.listPools(request, options: options).pools.map(\.name)
    }
  }
}

extension CompletionKind {
  /// Deployments of the server.
  static var deployments: CompletionKind { .names(.deployments) }
  /// Flows of the server.
  static var flows: CompletionKind { .names(.flows) }
  /// Limits of the server.
  static var limits: CompletionKind { .names(.limits) }
  /// Work pools of the server.
  static var pools: CompletionKind { .names(.pools) }

  private static func names(_ kind: ListNames.Kind) -> CompletionKind {
    .shellCommand("martlet names \(kind.rawValue) 2>/dev/null")
  }
}
