// Decides how events are listed: the latest first, each page from the place where the one before ended, or, with
// `wait`, those committed since a token.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func listEvents(_ request: ListEventsRequest, context: CallContext) async throws
    -> ListEventsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize)
      let filter = try filter(request.filter)
      let place = try EventPosition(pageToken: request.pageToken)
      let patience = try Patience(request.wait)
      if patience.length > .zero {
        return try await news(
          filter, namespace, after: try resumeToken(request.resumeToken), size: size,
          until: patience.end(context))
      }
      // Taken first, so that nothing falls between the list and what follows.
      let token = try await backend.feed.currentToken()
      let found = try await backend.store.listEvents(
        filter, in: namespace, before: place, limit: size + 1, deadline: context.deadline)
      var response = ListEventsResponse()
      let page = found.prefix(size).fitting(\.payloadBytes)
      response.events = page.map(MartletProto.Event.init)
      if page.count < found.count, let last = page.last {
        response.nextPageToken = EventPosition(last).pageToken
      }
      response.resumeToken = token.description
      return response
    }
  }

  private func news(
    _ filter: EventFilter, _ namespace: Namespace, after token: ResumeToken?, size: Int,
    until end: ContinuousClock.Instant
  ) async throws -> ListEventsResponse {
    let feed = try await backend.feed.followEvents(in: namespace, from: token)
    var response = ListEventsResponse()
    while ContinuousClock.now < end, let batch = try await nextBatch(of: feed, before: end) {
      var last = batch[0].token
      var bytes = 0
      for followed in batch {
        if filter.matches(followed.value) {
          bytes += followed.value.payloadBytes
          let isFull = response.events.count == size || bytes > RunPage.mostBytes
          if isFull, !response.events.isEmpty { break }
          response.events.append(MartletProto.Event(followed.value))
        }
        last = followed.token
      }
      if response.events.isEmpty { continue }
      response.resumeToken = last.description
      return response
    }
    response.resumeToken = feed.token.description
    return response
  }
}

extension AnyEvent {
  fileprivate var payloadBytes: Int {
    if case .published(let event) = self { event.payload.utf8.count } else { 0 }
  }
}

extension EventPosition {
  /// The place as clients hand it back.
  fileprivate var pageToken: String {
    "\(time.microseconds).\(id)" + (revision.map { ".\($0)" } ?? "")
  }

  /// Reads a page token; nil for the first page.
  ///
  /// - Throws: `InvalidValue` for a text that is none.
  fileprivate init?(pageToken text: String) throws(InvalidValue) {
    if text.isEmpty { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let revision = parts.count == 3 ? Int64(parts[2]) : nil
    guard parts.count == 2 || revision != nil, let time = Int64(parts[0]),
      RunLimits.times.contains(Instant(microseconds: time)), let id = ObjectID(String(parts[1]))
    else { throw InvalidValue("page_token", "is none that this server gave") }
    self.init(time: Instant(microseconds: time), id: id, revision: revision)
  }
}
