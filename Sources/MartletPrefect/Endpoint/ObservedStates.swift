// Decides which states Prefect's pages offer to look for: those in which runs of the last month are, not those that they have
// passed through, and their times to the hour.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// When the oldest run was created that is looked at, from now.
  private static let observed = Interval.hours(-30 * 24)

  func readObservedStates(_ request: PrefectRequest) async throws -> PrefectResponse {
    let limit = try request.query["limit"].map { text in
      guard let limit = Int(text), 1...200 ~= limit else {
        throw ShapeFault(
          location: ["query", "limit"], message: "Input should be from 1 to 200",
          type: "int_parsing")
      }
      return limit
    }
    let since = Instant.wallClock + Self.observed
    let counting = CountRunsRequest(
      filter: "create_time >= \"\(since.rfc3339)\"",
      groupBy: ["state.type", "state.name", "create_time.hour"])
    let counts = try await services.runs.countRuns(counting, context: request.context)
    var found: [[String]: (first: String, last: String)] = [:]
    for group in counts.groups where group.values.count == 3 {
      let (state, hour) = (Array(group.values[..<2]), group.values[2])
      let known = found[state] ?? (hour, hour)
      found[state] = (min(known.first, hour), max(known.last, hour))
    }
    let prefix = (request.query["query"] ?? "").lowercased()
    let isByName = request.query["order_by"] == "NAME_ASC"
    let shown = found.filter { state, _ in
      state.contains { $0.lowercased().hasPrefix(prefix) }
    }.sorted { one, other in
      if !isByName, one.value.last != other.value.last { return one.value.last > other.value.last }
      return one.key.lexicographicallyPrecedes(other.key)
    }
    return PrefectResponse(
      body: .array(
        shown.prefix(limit ?? 200).map { state, times in
          .object([
            ("state_type", .text(state[0])), ("state_name", .text(state[1])),
            ("first_seen", .text(times.first)), ("last_seen", .text(times.last)),
          ])
        }))
  }
}
