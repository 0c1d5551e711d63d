// Decides how lines are streamed: those there are, then each new one once. With `until_ended` the stream ends when the
// run has ended and has been quiet for a moment, for its last lines may come just after its end.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import Synchronization

extension LogHandlers {
  /// How long an ended run must be quiet.
  private static let quiet = Duration.seconds(1)

  func watchLogs(
    _ request: WatchLogsRequest, to responses: MessageWriter<WatchLogsResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.runID, "run_id")
      let watch = try await LogWatch(
        backend: backend, run: id, includesDescendants: request.includeDescendants,
        level: request.minLevel, namespace: namespace)
      let token = try resumeToken(request.resumeToken)
      let feed = try await watch.follow(from: token)
      let sent = SentLines()
      if token == nil {
        try await sendPast(request, id, namespace, feed.token, sent, responses, context)
        sent.isComplete(at: try await backend.feed.currentToken())
      }
      let activity = Activity()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await batch in feed {
            let lines = sent.unsent(try await watch.lines(batch))
            activity.note()
            guard !lines.isEmpty else { continue }
            var response = WatchLogsResponse()
            response.entries = lines.map { LogEntry($0.value) }
            response.resumeToken = batch[batch.count - 1].token.description
            try await responses.write(response)
          }
          try endOfFeed()
        }
        if request.untilEnded {
          group.addTask {
            try await waitForEnd(of: id, namespace, context)
            activity.note()
            while let left = activity.left(of: Self.quiet) { try await Task.sleep(for: left) }
          }
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  private func sendPast(
    _ request: WatchLogsRequest, _ id: RunID, _ namespace: Namespace, _ token: ResumeToken,
    _ sent: SentLines, _ responses: MessageWriter<WatchLogsResponse>, _ context: CallContext
  ) async throws {
    let runs = try await runs(
      id, includingDescendants: request.includeDescendants, namespace, context)
    var query = LogQuery(
      namespace: namespace, runs: runs, level: Int16(clamping: request.minLevel.rawValue))
    while true {
      let lines = try await backend.store.listLogs(query, deadline: context.deadline)
      guard let last = lines.last else { return }
      sent.note(lines)
      var response = WatchLogsResponse()
      response.entries = lines.map(LogEntry.init)
      response.resumeToken = token.description
      try await responses.write(response)
      guard lines.count == query.limit else { return }
      query.after = last.position
    }
  }

  private func waitForEnd(
    of id: RunID, _ namespace: Namespace, _ context: CallContext
  ) async throws {
    let feed = try await backend.feed.followRuns(.runs([id], in: namespace))
    let run = try await backend.store.run(id, in: namespace, deadline: context.deadline)
    if run.snapshot.stateType.isTerminal { return }
    for try await batch in feed where batch.contains(where: \.value.isEnd) {
      return
    }
  }
}

/// The lines that were sent from the past, until the feed is beyond the moment they were read.
private final class SentLines: Sendable {
  private struct State: Sendable {
    var positions: Set<LogPosition> = []
    var complete: ResumeToken?
  }
  private let state = Mutex(State())

  func note(_ lines: [LogLine]) {
    state.withLock { state in for line in lines { state.positions.insert(line.position) } }
  }

  func isComplete(at token: ResumeToken) { state.withLock { $0.complete = token } }

  func unsent(_ lines: [Followed<LogLine>]) -> [Followed<LogLine>] {
    state.withLock { state in
      guard !state.positions.isEmpty else { return lines }
      let new = lines.filter { !state.positions.contains($0.value.position) }
      if let complete = state.complete, let last = lines.last, last.token > complete {
        state.positions = []
      }
      return new
    }
  }
}

/// When something was last heard.
private final class Activity: Sendable {
  private let last = Mutex(ContinuousClock.now)

  func note() { last.withLock { $0 = .now } }

  /// How long until nothing was heard for `span`; nil when that is so.
  func left(of span: Duration) -> Duration? {
    let left = ContinuousClock.now.duration(to: last.withLock { $0 } + span)
    return left > .zero ? left : nil
  }
}
