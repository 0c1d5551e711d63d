// Decides how limits are followed: all of them first, then those that changed, as often as one look at a time allows.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  /// The pause between two looks.
  private static let watchPause = Duration.milliseconds(500)
  /// The most limits of a look; of more, the first by scope and name.
  private static let watchedLimits = 1000

  func watchLimits(
    _ request: WatchLimitsRequest, to responses: MessageWriter<WatchLimitsResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let scope = try MartletModel.LimitScope(request.scope, "scope")
      let chosen = Set(request.refs)
      var known: [String: MartletProto.Limit] = [:]
      var isFirst = true
      while !backend.room.isClosed {
        let limits = try await backend.store.listLimits(
          in: namespace, scope: chosen.isEmpty ? scope : nil, prefix: request.namePrefix,
          limit: Self.watchedLimits, deadline: context.deadline
        ).filter { limit in
          chosen.isEmpty || chosen.contains(limit.id.description)
            || limit.scope == scope ?? .global && chosen.contains(limit.name)
        }.map(MartletProto.Limit.init)
        var response = WatchLimitsResponse()
        response.limits = limits.filter { known[$0.id] != $0 }
        let there = Set(limits.map(\.id))
        response.deletedIDs = known.keys.filter { !there.contains($0) }.sorted()
        if isFirst || !response.limits.isEmpty || !response.deletedIDs.isEmpty {
          try await responses.write(response)
        }
        known = Dictionary(limits.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        isFirst = false
        try await Task.sleep(for: Self.watchPause)
      }
      try endOfFeed()
    }
  }
}
