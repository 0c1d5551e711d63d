// Decides how Prefect's lists are read in numbered pages, with the number of all.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Which page of a list is asked for.
struct NumberedPage {
  /// From 1.
  let number: Int
  /// The most in one.
  let limit: Int

  /// Reads a body.
  init(_ body: JSON) throws(ShapeFault) {
    number =
      try body["page"].map { json throws(ShapeFault) in try Int(json, at: ["body", "page"]) } ?? 1
    let limit = body["limit"] ?? .null
    self.limit =
      limit == .null ? PrefectAPI.longest : try Int(limit, at: ["body", "limit"])
    guard number >= 1, (1...PrefectAPI.longest).contains(self.limit), number <= 1_000_000 else {
      throw ShapeFault(
        location: ["body", "limit"], message: "A page is of 1 to \(PrefectAPI.longest).",
        type: "less_than_equal")
    }
  }

  /// Where it begins.
  var offset: Int { (number - 1) * limit }

  /// How many pages there are.
  func pages(of count: Int) -> Int { (count + limit - 1) / limit }
}

extension PrefectAPI {
  func paginateFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let page = try NumberedPage(request.body)
    let filter = try await filter(request.body, .flow, request.context)
    let count = try await count(filter, request.context)
    let runs = try await list(
      filter, request.body, request.context, page: (page.offset, page.limit))
    return .ok(
      Shape.FlowRunPaginationResponse(
        results: try await shown(runs, request.context), count: count, limit: page.limit,
        pages: page.pages(of: count), page: page.number))
  }

  func paginateTaskRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let page = try NumberedPage(request.body)
    let filter = try await filter(request.body, .task, request.context)
    let count = try await count(filter, request.context)
    let runs = try await list(
      filter, request.body, request.context, page: (page.offset, page.limit))
    let shown = try Self.shown(runs).map { run throws(ShapeFault) in
      try Shape.TaskRunResponse(run.json, at: [])
    }
    return .ok(
      Shape.TaskRunPaginationResponse(
        results: shown, count: count, limit: page.limit, pages: page.pages(of: count),
        page: page.number))
  }

  func paginateFlows(_ request: PrefectRequest) async throws -> PrefectResponse {
    let page = try NumberedPage(request.body)
    let flows = try await flows(of: request)
    return .ok(
      Shape.FlowPaginationResponse(
        results: Array(flows.dropFirst(page.offset).prefix(page.limit)), count: flows.count,
        limit: page.limit, pages: page.pages(of: flows.count), page: page.number))
  }

  func countFlows(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await flows(of: request).count)
  }
}
