// Decides how events are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func countEvents(_ request: CountEventsRequest, context: CallContext) async throws
    -> CountEventsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let byHour: Bool
      switch request.groupBy {
      case .unspecified, .name: byHour = false
      case .hour: byHour = true
      default: throw InvalidValue("group_by", "is none that this server knows")
      }
      let groups = try await backend.store.countEvents(
        try filter(request.filter), byHour: byHour, in: namespace, deadline: context.deadline)
      return CountEventsResponse(
        groups: groups.map { .init(name: $0.name, hour: $0.hour?.timestamp, count: $0.count) })
    }
  }
}
