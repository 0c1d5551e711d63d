// Decides how events are streamed: each once, in the order of commit, with bookmarks while only others happen.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func watchEvents(
    _ request: WatchEventsRequest, to responses: MessageWriter<WatchEventsResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let filter = try filter(request.filter)
      let feed = try await backend.feed.followEvents(
        in: namespace, from: try resumeToken(request.resumeToken))
      // A first bookmark tells that the watch has begun.
      try await responses.write(WatchEventsResponse(resumeToken: feed.token.description))
      var told = ContinuousClock.now
      for try await batch in feed {
        let events = batch.filter { filter.matches($0.value) }
        if events.isEmpty, ContinuousClock.now - told < Self.bookmarkPause { continue }
        told = .now
        try await responses.write(
          WatchEventsResponse(
            events: events.map { MartletProto.Event($0.value) },
            resumeToken: batch[batch.count - 1].token.description))
      }
      try endOfFeed()
    }
  }

  /// While only others' events happen, a watcher learns at most so often how far it is.
  private static let bookmarkPause = Duration.seconds(1)
}
