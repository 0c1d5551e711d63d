// Decides how runs are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func countRuns(_ request: CountRunsRequest, context: CallContext) async throws
    -> CountRunsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var grouping: RunGrouping = []
      for name in request.groupBy {
        switch name {
        case "kind": grouping.insert(.kind)
        case "state.type": grouping.insert(.stateType)
        case "state.name": grouping.insert(.stateName)
        case "definition": grouping.insert(.definition)
        default:
          throw InvalidValue(
            "group_by", "names \"\(name)\": give kind, state.type, state.name or definition")
        }
      }
      let filter = try parseFilter(request.filter)
      let (counts, _) = try await backend.store.countRuns(
        in: namespace, filter: filter, by: grouping, deadline: context.deadline)
      var response = CountRunsResponse()
      response.total = counts.reduce(0) { $0 + $1.runs }
      if !request.groupBy.isEmpty {
        response.groups = counts.filter { $0.runs != 0 }.map { count in
          CountRunsResponse.Group(
            values: request.groupBy.map { name in
              switch name {
              case "kind": count.kind?.description ?? ""
              case "state.type": count.stateType?.description ?? ""
              case "state.name": count.stateName ?? ""
              default: count.definition ?? ""
              }
            }, count: count.runs)
        }
      }
      return response
    }
  }

  /// Reads a filter.
  ///
  /// - Throws: `Status` that names the place of the fault.
  func parseFilter(_ text: String) throws(Status) -> FilterExpression? {
    do throws(QueryError) {
      return try FilterExpression.parse(text)
    } catch {
      throw Status(error, field: "filter")
    }
  }
}
