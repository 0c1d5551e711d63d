// Decides how changes are streamed: what there is first if asked for, then every change once, in order of commit.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore
internal import Synchronization

extension RunHandlers {
  /// The most runs of a snapshot, and of `run_ids`.
  private static let limit = 1000

  func watchRuns(
    _ request: WatchRunsRequest, to responses: MessageWriter<WatchRunsResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard request.runIDs.count <= Self.limit else {
        throw InvalidValue("run_ids", "has more than \(Self.limit) runs")
      }
      if case .unrecognized(let number) = request.initial {
        throw InvalidValue("initial", "is \(number), which this server does not know")
      }
      guard !request.untilEnded || !request.runIDs.isEmpty else {
        throw InvalidValue("until_ended", "needs run_ids")
      }
      var ids: [RunID] = []
      for (index, text) in request.runIDs.enumerated() {
        ids.append(try RunID(required: text, "run_ids[\(index)]"))
      }
      let filter = try await resolvedFilter(request.filter, namespace, context)
      let watch = RunWatch(backend: backend, namespace: namespace, filter: filter, runs: ids)
      let feed = try await watch.follow(from: try resumeToken(request.resumeToken))
      var open = Set(ids)
      var known: [RunID: Int64] = [:]
      if request.initial == .snapshot || request.untilEnded {
        let records = try await snapshot(ids, filter, namespace, context).filter(watch.passes)
        for record in records {
          known[record.id] = record.snapshot.revision
          if record.snapshot.stateType.isTerminal { open.remove(record.id) }
        }
        if request.untilEnded, !open.isEmpty {
          for removal in try await backend.store.removals(of: Array(open), in: namespace) {
            open.remove(removal.runID)
          }
        }
        if request.initial == .snapshot {
          var response = WatchRunsResponse()
          response.changes = records.map { WatchRunsResponse.Change(run: Run($0)) }
          response.resumeToken = feed.token.description
          response.time = Instant.wallClock.timestamp
          try await responses.write(response)
        }
        if request.initial != .snapshot { known = [:] }
      }
      // All have ended: what remains is what a token has not seen yet.
      var end: ResumeToken?
      if request.untilEnded && open.isEmpty {
        if request.resumeToken.isEmpty { return }
        end = try await backend.feed.currentToken()
      }
      let follower = RunFollower(
        watch: watch, feed: feed, known: known, open: request.untilEnded ? open : nil,
        responses: responses)
      try await withThrowingTaskGroup(of: Void.self) { [end] group in
        group.addTask { try await follower.follow() }
        if let end { group.addTask { try await follower.waitUntilSent(end) } }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  private func snapshot(
    _ ids: [RunID], _ filter: FilterExpression?, _ namespace: Namespace, _ context: CallContext
  ) async throws(StoreError) -> [RunRecord] {
    if !ids.isEmpty {
      return try await backend.store.runs(ids, in: namespace, deadline: context.deadline)
    }
    var query = RunQuery(
      namespace: namespace, filter: filter, order: RunOrder(key: .id, isDescending: false),
      pageSize: Self.limit)
    var runs: [RunRecord] = []
    repeat {
      query.pageSize = Self.limit - runs.count
      let page = try await backend.store.listRuns(query, deadline: context.deadline)
      runs += page.runs
      query.after = page.next.map {
        PageToken(order: query.order, time: $0.time, id: $0.id, question: 0)
      }
    } while query.after != nil && runs.count < Self.limit
    return runs
  }
}

/// Sends what a feed brings.
private final class RunFollower: Sendable {
  private let watch: RunWatch
  private let feed: RunFeed
  private let known: [RunID: Int64]
  private let open: Set<RunID>?
  private let responses: MessageWriter<WatchRunsResponse>
  private let sending = Mutex(false)

  /// - Parameters:
  ///   - known: revisions that the watcher has.
  ///   - open: the runs whose ends end the stream; nil for an endless one.
  init(
    watch: RunWatch, feed: RunFeed, known: [RunID: Int64], open: Set<RunID>?,
    responses: MessageWriter<WatchRunsResponse>
  ) {
    self.watch = watch
    self.feed = feed
    self.known = known
    self.open = open
    self.responses = responses
  }

  /// Sends changes until the runs have ended.
  func follow() async throws {
    var open = open
    for try await batch in feed {
      sending.withLock { $0 = true }
      defer { sending.withLock { $0 = false } }
      let news = batch.filter { $0.value.revision > (known[$0.value.runID] ?? 0) }
      var response = WatchRunsResponse()
      response.changes = try await watch.changes(news)
      response.resumeToken = batch[batch.count - 1].token.description
      response.time = Instant.wallClock.timestamp
      if !response.changes.isEmpty { try await responses.write(response) }
      guard open?.isEmpty == false else { continue }
      for followed in batch where followed.value.isEnd {
        open?.remove(followed.value.runID)
      }
      if open?.isEmpty == true { return }
    }
    try endOfFeed()
  }

  /// Waits until everything up to a token was sent.
  func waitUntilSent(_ end: ResumeToken) async throws {
    var quiet = 0
    // Twice in a row: a batch is handed out a moment before it is marked as being sent.
    while quiet < 2 {
      try await Task.sleep(for: .milliseconds(20))
      quiet = feed.token >= end && !sending.withLock { $0 } ? quiet + 1 : 0
    }
  }
}

/// Ends a watch that its watcher did not end: the server is stopping, and another one goes on from the token.
func endOfFeed() throws {
  try Task.checkCancellation()
  throw Status.unavailable("the server is stopping", retryAfter: .milliseconds(200))
}
