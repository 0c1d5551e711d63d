// Decides how lines are listed: pages in the order of time, or, with `wait`, those written since a token.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LogHandlers {
  func listLogs(_ request: ListLogsRequest, context: CallContext) async throws -> ListLogsResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.runID, "run_id")
      let size = try pageSize(request.pageSize)
      let place = try LogPosition(pageToken: request.pageToken)
      let patience = try Patience(request.wait)
      if patience.length > .zero {
        return try await news(request, id, namespace, until: patience.end(context))
      }
      let runs = try await runs(
        id, includingDescendants: request.includeDescendants, namespace, context)
      let (lines, token) = try await backend.store.listLogsToFollow(
        LogQuery(
          namespace: namespace, runs: runs, level: Int16(clamping: request.minLevel.rawValue),
          after: place, limit: size + 1),
        deadline: context.deadline)
      var response = ListLogsResponse()
      let page = lines.prefix(size).fitting(\.weight)
      response.entries = page.map(LogEntry.init)
      if page.count < lines.count, let last = page.last {
        response.nextPageToken = last.position.pageToken
      }
      response.resumeToken = token.description
      return response
    }
  }

  /// The run, with those below it if asked for.
  ///
  /// - Throws: `StoreError` when there is no such run.
  func runs(
    _ id: RunID, includingDescendants: Bool, _ namespace: Namespace, _ context: CallContext
  ) async throws(StoreError) -> [RunID] {
    guard includingDescendants else {
      _ = try await backend.store.run(id, in: namespace, deadline: context.deadline)
      return [id]
    }
    let runs = try await backend.store.descendants(
      of: id, in: namespace, deadline: context.deadline)
    guard !runs.isEmpty else { throw .notFound(resource: "run", name: id.description) }
    return runs
  }

  private func news(
    _ request: ListLogsRequest, _ id: RunID, _ namespace: Namespace,
    until end: ContinuousClock.Instant
  ) async throws -> ListLogsResponse {
    let watch = try await LogWatch(
      backend: backend, run: id, includesDescendants: request.includeDescendants,
      level: request.minLevel, namespace: namespace)
    let feed = try await watch.follow(from: try resumeToken(request.resumeToken))
    var response = ListLogsResponse()
    while ContinuousClock.now < end, let batch = try await nextBatch(of: feed, before: end) {
      let lines = try await watch.lines(batch)
      if lines.isEmpty { continue }
      // Not cut at the size of a page: the place of a line in its transaction depends on who else follows.
      response.entries = lines.map { LogEntry($0.value) }
      response.resumeToken = batch[batch.count - 1].token.description
      return response
    }
    response.resumeToken = feed.token.description
    return response
  }
}

extension LogPosition {
  /// The place as clients hand it back.
  var pageToken: String {
    "\(time.microseconds).\(runID).\(executionID).\(line)"
  }

  /// Reads a page token; nil for the first page.
  ///
  /// - Throws: `InvalidValue` for a text that is none.
  init?(pageToken text: String) throws(InvalidValue) {
    if text.isEmpty { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, let time = Int64(parts[0]), let run = RunID(String(parts[1])),
      let execution = ExecutionID(String(parts[2])), let line = Int64(parts[3])
    else { throw InvalidValue("page_token", "is none that this server gave") }
    self.init(
      time: Instant(microseconds: time), runID: run, executionID: execution, line: line)
  }
}
