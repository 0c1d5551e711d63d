// Decides how a tree of runs is read as nodes and edges, page by page.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func getRunGraph(
    _ request: GetRunGraphRequest, context: CallContext
  ) async throws -> GetRunGraphResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let top = try RunID(required: request.runID, "run_id")
      guard (0...100).contains(request.maxDepth) else {
        throw InvalidValue("max_depth", "must be from 0 to 100")
      }
      let depth = request.maxDepth == 0 ? 32 : Int(request.maxDepth)
      let size =
        request.pageSize == 0 ? 1000 : try pageSize(request.pageSize, limit: 5000)
      let question = PageToken.question(namespace: namespace, filter: "graph \(top) \(depth)")
      var after: RunID?
      if !request.pageToken.isEmpty {
        after =
          try PageToken(request.pageToken, order: .standard, question: question).id
      }
      let nodes = try await backend.store.tree(
        below: top, in: namespace, after: after, maxDepth: depth, limit: size + 1,
        deadline: context.deadline)
      if nodes.isEmpty, after == nil { throw StoreError.notFound(resource: "run", name: "\(top)") }
      var response = GetRunGraphResponse()
      for node in nodes.prefix(size) {
        response.nodes.append(RunNode(node))
        response.edges += RunEdge.edges(into: node)
      }
      if nodes.count > size {
        response.nextPageToken =
          PageToken(order: .standard, time: nil, id: nodes[size - 1].id, question: question).text
      }
      response.time = Instant.wallClock.timestamp
      return response
    }
  }
}
