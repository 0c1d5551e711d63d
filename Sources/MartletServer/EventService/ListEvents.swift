// Decides how events are listed: the latest first, each page from the place where the one before ended.

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
      let found = try await backend.store.listEvents(
        try filter(request.filter), in: namespace,
        before: try EventPosition(pageToken: request.pageToken), limit: size + 1,
        deadline: context.deadline)
      var response = ListEventsResponse()
      var bytes = 0
      // A page must fit into a message.
      let fitting = found.prefix(size).prefix { event in
        if case .published(let event) = event { bytes += event.payload.utf8.count }
        return bytes <= 2 << 20
      }.count
      let count = min(max(1, fitting), found.count)
      response.events = found.prefix(count).map(MartletProto.Event.init)
      if count < found.count {
        response.nextPageToken = EventPosition(found[count - 1]).pageToken
      }
      return response
    }
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
