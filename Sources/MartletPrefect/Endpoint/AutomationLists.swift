// Decides how Prefect's lists and counts of automations are those of Martlet, and which belong to a resource.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readAutomations(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.automationFilter(request.body) else { return .ok([JSON]()) }
    var list = ListAutomationsRequest(filter: filter)
    list.order =
      switch try request.body.sort(as: Shape.AutomationSort.self) {
      case nil, .nameAsc: .name
      case .nameDesc: .nameDescending
      case .createdDesc: .created
      case .updatedDesc: .updated
      }
    return .ok(
      try Self.shown(try await automations(list, try ListWindow(request.body), request.context)))
  }

  func countAutomations(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.automationFilter(request.body) else { return .ok(0) }
    let counted = try await services.automations.countAutomations(
      CountAutomationsRequest(filter: filter), context: request.context)
    return .ok(Int(counted.count))
  }

  func readRelatedAutomations(_ request: PrefectRequest) async throws -> PrefectResponse {
    var filter = AutomationFilter()
    filter.relatedResource = request.parameters["resource_id"] ?? ""
    let found = try await automations(
      ListAutomationsRequest(filter: filter), try ListWindow(.null), request.context)
    return .ok(try Self.shown(found))
  }

  func deleteOwnedAutomations(_ request: PrefectRequest) async throws -> PrefectResponse {
    var filter = AutomationFilter()
    filter.ownerResource = request.parameters["resource_id"] ?? ""
    while true {
      let found = try await automations(
        ListAutomationsRequest(filter: filter), try ListWindow(.null), request.context)
      for automation in found {
        do {
          _ = try await services.automations.deleteAutomation(
            DeleteAutomationRequest(id: automation.id), context: request.context)
        } catch let status as Status where status.code == .notFound {
          // Somebody else was faster.
        }
      }
      if found.isEmpty { return PrefectResponse(status: 202, body: .null) }
    }
  }

  private func automations(
    _ list: ListAutomationsRequest, _ window: ListWindow, _ context: CallContext
  ) async throws -> [MartletProto.Automation] {
    var list = list
    list.skip = window.skip
    var found: [MartletProto.Automation] = []
    while let size = window.size(after: found.count) {
      list.pageSize = size
      let page = try await services.automations.listAutomations(list, context: context)
      found += page.automations
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return found
  }

  private static func shown(
    _ automations: [MartletProto.Automation]
  ) throws(PrefectFailure) -> [Shape.Automation] {
    var shown: [Shape.Automation] = []
    for automation in automations { shown.append(try Shape.Automation(automation)) }
    return shown
  }

  /// A filter of a body; nil for one that takes nothing.
  private static func automationFilter(_ body: JSON) throws -> AutomationFilter? {
    var filter = AutomationFilter()
    guard let asked = try body.filter("automations", as: Shape.AutomationFilter.self) else {
      return filter
    }
    let tags = asked.tags
    // One of none is nothing: where all must hold nothing does, and elsewhere the others decide.
    let empty = [asked.id?.any?.isEmpty, asked.name?.any?.isEmpty, tags?.any?.isEmpty]
    if empty.contains(true) {
      guard asked.operator != .or, tags?.operator != .or else {
        throw PrefectFailure(501, "Martlet does not filter automations by one of an empty list.")
      }
      return nil
    }
    filter.ids = asked.id?.any?.map(\.text) ?? []
    filter.names = asked.name?.any ?? []
    filter.createdUntil = asked.created?.before?.timestamp
    filter.tags = tags?.all ?? []
    filter.anyTags = tags?.any ?? []
    filter.hasTags = tags?.isNull.map { !$0 }
    filter.matchAny = asked.operator == .or
    filter.matchAnyTags = tags?.operator == .or
    return filter
  }
}
