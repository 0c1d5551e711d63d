// Decides how Prefect's lists of flows are read: by their ids or names, or all of them by name.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  private static let longest = 200

  func readFlows(_ request: PrefectRequest) async throws -> PrefectResponse {
    let body = request.body
    for other in ["flow_runs", "task_runs", "deployments", "work_pools"] {
      guard body[other] ?? .null == .null else {
        throw PrefectFailure(501, "Martlet does not filter flows by \(other) yet.")
      }
    }
    let limit = min(
      body["limit"].flatMap { try? Int($0, at: []) } ?? Self.longest, Self.longest)
    let offset = body["offset"].flatMap { try? Int($0, at: []) } ?? 0
    guard limit >= 0, offset >= 0 else {
      throw ShapeFault(
        location: ["body", "limit"], message: "Input should be greater than or equal to 0",
        type: "greater_than_equal")
    }
    guard let named = try Self.named(body["flows"]) else {
      return .ok(try await allFlows(offset, limit, request.context))
    }
    var flows: [Shape.Flow] = []
    for reference in named {
      do {
        flows.append(try Shape.Flow(try await flow(reference, request.context)))
      } catch let status as Status where status.code == .notFound {}
    }
    flows.sort { $0.name < $1.name }
    return .ok(Array(flows.dropFirst(offset).prefix(limit)))
  }

  /// The ids or names that a filter asks for; nil when it asks for all.
  private static func named(_ filter: JSON?) throws -> Set<String>? {
    guard case .object(let criteria)? = filter else { return nil }
    var named: Set<String>?
    for (name, value) in criteria.pairs where value != .null {
      if name == "operator", value == .text("and_") { continue }
      guard name == "id" || name == "name", named == nil, case .object(let members) = value,
        members.pairs.allSatisfy({ $0.name == "any_" || $0.value == .null }),
        let any = value["any_"], any != .null
      else { throw PrefectFailure(501, "Martlet does not filter flows by \(name) like that yet.") }
      named = Set(try [String](any, at: ["body", "flows", name, "any_"]))
    }
    return named
  }

  private func allFlows(
    _ offset: Int, _ limit: Int, _ context: CallContext
  ) async throws -> [Shape.Flow] {
    var skipped = offset
    var flows: [Shape.Flow] = []
    var list = ListFlowsRequest(pageSize: 1000)
    repeat {
      let page = try await services.flows.listFlows(list, context: context)
      for flow in page.flows where flows.count < limit {
        if skipped > 0 { skipped -= 1 } else { flows.append(try Shape.Flow(flow)) }
      }
      list.pageToken = page.nextPageToken
    } while flows.count < limit && !list.pageToken.isEmpty
    return flows
  }
}
