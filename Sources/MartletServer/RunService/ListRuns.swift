// Decides how runs are listed: pages by key, or, with `wait`, what changed since a token.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  /// The longest that a list may wait for a change.
  private static let longestWait = Duration.seconds(60)

  func listRuns(_ request: ListRunsRequest, context: CallContext) async throws -> ListRunsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      if let wait = request.wait, wait > .zero {
        return try await changes(request, namespace, wait: min(wait, Self.longestWait), context)
      }
      let filter = try parseFilter(request.filter)
      let order: RunOrder
      do throws(QueryError) {
        order = try RunOrder.parse(request.orderBy)
      } catch {
        throw Status(error, field: "order_by")
      }
      let question = PageToken.question(namespace: namespace, filter: request.filter)
      let size = try pageSize(request.pageSize)
      let paths = request.readMask?.paths ?? []
      var query = RunQuery(
        namespace: namespace, filter: filter, order: order, pageSize: size, isFull: !paths.isEmpty)
      if !request.pageToken.isEmpty {
        query.after = try PageToken(request.pageToken, order: order, question: question)
      }
      let token = try await backend.feed.currentToken()
      let page = try await backend.store.listRuns(query, deadline: context.deadline)
      var response = ListRunsResponse()
      for record in page.runs {
        response.runs.append(try Run(record).masked(by: request.readMask))
      }
      if let next = page.next {
        response.nextPageToken =
          PageToken(order: order, time: next.time, id: next.id, question: question).text
      }
      response.resumeToken = token.description
      return response
    }
  }

  private func changes(
    _ request: ListRunsRequest, _ namespace: Namespace, wait: Duration, _ context: CallContext
  ) async throws -> ListRunsResponse {
    let watch = RunWatch(
      backend: backend, namespace: namespace,
      filter: try await resolvedFilter(request.filter, namespace, context), runs: [])
    let feed = try await watch.follow(from: try resumeToken(request.resumeToken))
    let batch = try await firstBatch(of: feed, within: wait)
    var response = ListRunsResponse()
    response.resumeToken = (batch?.last?.token ?? feed.token).description
    if let batch {
      // The newest of each run is enough: a list shows runs, not their history.
      var seen: Set<String> = []
      for change in try await watch.changes(batch).reversed() {
        guard let run = change.run, seen.insert(run.id).inserted else { continue }
        guard !change.removed else {
          response.removedIDs.append(run.id)
          continue
        }
        response.runs.append(try run.masked(by: request.readMask))
      }
    }
    return response
  }

  private func firstBatch(
    of feed: RunFeed, within wait: Duration
  ) async throws -> [Followed<RunChange>]? {
    try await withThrowingTaskGroup(of: [Followed<RunChange>]?.self) { group in
      group.addTask {
        var iterator = feed.makeAsyncIterator()
        return try await iterator.next()
      }
      group.addTask {
        try? await Task.sleep(for: wait)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}

/// A resume token of the contract; nil when the caller gave none.
func resumeToken(_ text: String) throws(InvalidValue) -> ResumeToken? {
  if text.isEmpty { return nil }
  guard let token = ResumeToken(text) else {
    throw InvalidValue("resume_token", "is none that this server gave")
  }
  return token
}
