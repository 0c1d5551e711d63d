// Decides how limits are followed: all of them first, then those that changed, as often as looks at them allow.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LimitHandlers {
  func watchLimits(
    _ request: WatchLimitsRequest, to responses: MessageWriter<WatchLimitsResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let scope = try MartletModel.LimitScope(request.scope, "scope")
      guard request.refs.count <= Self.mostReferences else {
        throw InvalidValue("refs", "has more than \(Self.mostReferences) limits")
      }
      let limits: WatchedLimits =
        request.refs.isEmpty
        ? .list(scope: scope, prefix: request.namePrefix)
        : .references(Set(request.refs.map { LimitReference($0, scope: scope ?? .global) }))
      // Followed before they are read, so that no change lies between.
      let following = backend.limitWatch.follow(limits, in: namespace)
      var known: [String: MartletProto.Limit] = [:]
      func tell(_ found: [SlotLimit], isFirst: Bool) async throws {
        let limits = found.filter {
          request.namePrefix.isEmpty || $0.name.hasPrefix(request.namePrefix)
        }
        .map(MartletProto.Limit.init)
        var response = WatchLimitsResponse()
        response.limits = limits.filter { known[$0.id] != $0 }
        let there = Set(limits.map(\.id))
        response.deletedIDs = known.keys.filter { !there.contains($0) }.sorted()
        known = Dictionary(limits.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        guard isFirst || !response.limits.isEmpty || !response.deletedIDs.isEmpty else { return }
        try await responses.write(response)
      }
      try await tell(
        backend.limitWatch.look(at: limits, in: namespace, deadline: context.deadline),
        isFirst: true)
      for await found in following { try await tell(found, isFirst: false) }
      try endOfFeed()
    }
  }

  /// The most limits that may be named.
  private static let mostReferences = 1000
}
