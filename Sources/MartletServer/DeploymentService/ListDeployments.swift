// Decides how deployments are listed: by flow and name, as many as fit into a message.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func listDeployments(
    _ request: ListDeploymentsRequest, context: CallContext
  ) async throws -> ListDeploymentsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      var query = DeploymentQuery()
      query.flow = request.flow
      query.pool = request.pool
      query.tags = request.tags
      query.labels = request.labels
      query.named = try Self.named(request.deployments)
      query.limit = size + 1
      if !request.pageToken.isEmpty { query.after = try position(request.pageToken) }
      let found = try await backend.store.listDeployments(
        query, in: namespace, deadline: context.deadline)
      let fitting = found.prefix(size).fitting(\.textBytes)
      var response = ListDeploymentsResponse()
      // When each schedule is next is worked out here: off the loop once, for all of them.
      response.deployments = try await offLoop { fitting.map(MartletProto.Deployment.init) }
      if fitting.count < found.count, let last = fitting.last {
        response.nextPageToken = "\(last.content.flow)/\(last.content.name)"
      }
      return response
    }
  }

  private static let mostNamed = 1000

  private static func named(
    _ references: [String]
  ) throws(InvalidValue) -> [(flow: String, name: String)] {
    guard references.count <= mostNamed else {
      throw InvalidValue("deployments", "has more than \(mostNamed) entries")
    }
    var named: [(flow: String, name: String)] = []
    for (index, text) in references.enumerated() {
      let field = "deployments[\(index)]"
      guard case .named(let flow, let name) = try DeploymentReference(text, field) else {
        throw InvalidValue(field, "is an id: name deployments by flow/name")
      }
      named.append((flow, name))
    }
    return named
  }

  private func position(_ token: String) throws(InvalidValue) -> (flow: String, name: String) {
    guard case .named(let flow, let name)? = try? DeploymentReference(token, "page_token") else {
      throw InvalidValue("page_token", "is not a token this server gave")
    }
    return (flow, name)
  }
}

extension MartletStore.Deployment {
  /// About what it takes in a message.
  fileprivate var textBytes: Int {
    content.spec.text.utf8.count + content.description.utf8.count
      + schedules.reduce(0) { $0 + $1.schedule.spec.text.utf8.count }
  }
}
