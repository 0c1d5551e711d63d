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
      let order = try LogOrder(request.orderBy)
      let place = try LogPosition(pageToken: request.pageToken, order)
      let patience = try Patience(request.wait)
      if patience.length > .zero {
        try request.refuseChoices()
        return try await news(request, id, namespace, until: patience.end(context))
      }
      let runs = try await runs(
        id, includingDescendants: request.includeDescendants, namespace, context)
      let (lines, token) = try await backend.store.listLogsToFollow(
        LogQuery(
          namespace: namespace, runs: runs, level: Int16(clamping: request.minLevel.rawValue),
          maximumLevel: request.maxLevel == .unspecified
            ? .max : Int16(clamping: request.maxLevel.rawValue),
          from: request.fromTime.map(Instant.init),
          to: request.toTime.map(Instant.init),
          after: place, isDescending: order == .latestFirst, limit: size + 1),
        deadline: context.deadline)
      var response = ListLogsResponse()
      let page = lines.prefix(size).fitting(\.weight)
      response.entries = page.map(LogEntry.init)
      if page.count < lines.count, let last = page.last {
        response.nextPageToken = last.position.pageToken(order)
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

/// Which lines come first.
private enum LogOrder {
  case oldestFirst, latestFirst

  /// Reads `order_by`.
  ///
  /// - Throws: `InvalidValue` for an order that there is not.
  init(_ text: String) throws(InvalidValue) {
    switch text.split(separator: " ").joined(separator: " ").lowercased() {
    case "", "time", "time asc": self = .oldestFirst
    case "time desc": self = .latestFirst
    default: throw InvalidValue("order_by", "must be time or time desc")
    }
  }
}

extension ListLogsRequest {
  /// Refuses what lines that come cannot be chosen by.
  fileprivate func refuseChoices() throws(InvalidValue) {
    let given = [
      ("max_level", maxLevel != .unspecified), ("from_time", fromTime != nil),
      ("to_time", toTime != nil), ("order_by", !orderBy.isEmpty),
    ].first(where: \.1)
    if let given { throw InvalidValue(given.0, "must not be given together with wait") }
  }
}

extension LogPosition {
  /// The place as clients hand it back.
  fileprivate func pageToken(_ order: LogOrder) -> String {
    (order == .latestFirst ? "-" : "")
      + "\(time.microseconds).\(runID).\(executionID).\(line)"
  }

  /// Reads a page token; nil for the first page.
  ///
  /// - Throws: `InvalidValue` for a text that is none, or one of another order.
  fileprivate init?(pageToken text: String, _ order: LogOrder) throws(InvalidValue) {
    if text.isEmpty { return nil }
    guard text.hasPrefix("-") == (order == .latestFirst) else {
      throw InvalidValue("page_token", "is of another order")
    }
    let parts = text.drop(while: { $0 == "-" }).split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, let time = Int64(parts[0]), let run = RunID(String(parts[1])),
      let execution = ExecutionID(String(parts[2])), let line = Int64(parts[3])
    else { throw InvalidValue("page_token", "is none that this server gave") }
    self.init(
      time: Instant(microseconds: time), runID: run, executionID: execution, line: line)
  }
}
