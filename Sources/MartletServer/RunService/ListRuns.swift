// Decides how runs are listed: pages by key, or, with `wait`, what changed since a token, as it is now.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func listRuns(_ request: ListRunsRequest, context: CallContext) async throws -> ListRunsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let question = PageToken.question(namespace: namespace, filter: request.filter)
      let query = try query(request, namespace, question)
      let mask = try ReadMask(request.readMask)
      let patience = try Patience(request.wait)
      if patience.length > .zero {
        return try await changes(request, namespace, size: query.pageSize, patience, context)
      }
      let token = try await backend.feed.currentToken()
      let page = try await backend.store.listRuns(query, deadline: context.deadline)
      var response = ListRunsResponse()
      for record in page.runs {
        response.runs.append(Run(record).masked(by: mask))
      }
      if let next = page.next {
        response.nextPageToken =
          PageToken(order: query.order, time: next.time, id: next.id, question: question).text
      }
      response.resumeToken = token.description
      return response
    }
  }

  private func query(
    _ request: ListRunsRequest, _ namespace: Namespace, _ question: UInt64
  ) throws -> RunQuery {
    let filter = try parseFilter(request.filter)
    let order: RunOrder
    do throws(QueryError) {
      order = try RunOrder.parse(request.orderBy)
    } catch {
      throw Status(error, field: "order_by")
    }
    let paths = request.readMask?.paths ?? []
    var query = RunQuery(
      namespace: namespace, filter: filter, order: order, pageSize: try pageSize(request.pageSize),
      isFull: !paths.isEmpty)
    if !request.pageToken.isEmpty {
      query.after = try PageToken(request.pageToken, order: order, question: question)
    }
    return query
  }

  private func changes(
    _ request: ListRunsRequest, _ namespace: Namespace, size: Int, _ patience: Patience,
    _ context: CallContext
  ) async throws -> ListRunsResponse {
    let mask = try ReadMask(request.readMask)
    let watch = RunWatch(
      backend: backend, namespace: namespace,
      filter: try await resolvedFilter(request.filter, namespace, context), runs: [])
    let feed = try await watch.follow(from: try resumeToken(request.resumeToken))
    let end = patience.end(context)
    var response = ListRunsResponse()
    while ContinuousClock.now < end, let batch = try await nextBatch(of: feed, before: end) {
      let news = try await watch.news(of: batch, limit: size)
      // What matters to nobody who holds this list does not end the wait.
      if news.count == 0 { continue }
      response.runs = news.runs.map { Run($0).listed(by: mask) }
      response.removedIDs = news.removed.map(\.description)
      response.resumeToken = news.token.description
      return response
    }
    response.resumeToken = feed.token.description
    return response
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
