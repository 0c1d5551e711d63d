// Decides how runs are counted over time for Prefect: in stretches of one length, by state, with how long they have run and
// how late they were.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The most stretches of a history.
  private static let stretches = 500

  func history(
    _ request: PrefectRequest, _ kind: MartletProto.RunKind
  ) async throws -> PrefectResponse {
    let body = request.body
    let start = try Instant(body["history_start"] ?? .null, at: ["body", "history_start"])
    let end = try Instant(body["history_end"] ?? .null, at: ["body", "history_end"])
    let name = ["body", "history_interval_seconds"]
    let seconds = try Double(body["history_interval_seconds"] ?? .null, at: name)
    guard seconds >= 1, seconds <= 1e9 else {
      throw ShapeFault(
        location: name, message: "History interval must not be less than 1 second.",
        type: "greater_than_equal")
    }
    let width = Int64(seconds * 1e6)
    let length = end.microseconds - start.microseconds
    let count = min(max(0, (length + width - 1) / width), Int64(Self.stretches))
    let intervals = (0..<count).map { start.microseconds + $0 * width }
    var states: [Int64: [Shape.HistoryResponseState]] = [:]
    var filter = try await filter(body, kind, request.context)
    if let first = intervals.first, let last = intervals.last, !filter.isImpossible {
      filter.add(
        expectedFrom: start, until: Instant(microseconds: last + width))
      var counting = CountRunsRequest(filter: filter.text)
      counting.groupBy = ["expected_time.bucket", "state.type", "state.name"]
      counting.bucket = Duration.microseconds(width)
      counting.bucketStart = Instant(microseconds: first).timestamp
      counting.withTimes = true
      let counts = try await services.runs.countRuns(counting, context: request.context)
      for group in counts.groups where group.values.count == 3 {
        guard let moment = Instant(rfc3339: group.values[0]),
          let type = Shape.StateType(rawValue: group.values[1])
        else { continue }
        states[moment.microseconds, default: []].append(
          Shape.HistoryResponseState(
            stateType: type, stateName: group.values[2], countRuns: Int(group.count),
            sumEstimatedRunTime: group.runningTime?.seconds ?? 0,
            sumEstimatedLateness: group.lateness?.seconds ?? 0))
      }
    }
    return .ok(
      intervals.map { moment in
        Shape.HistoryResponse(
          intervalStart: Instant(microseconds: moment),
          intervalEnd: Instant(microseconds: moment + width), states: states[moment] ?? [])
      })
  }

  /// How late flow runs were on average, in seconds; null of none.
  func averageLateness(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = try await filter(request.body, .flow, request.context)
    if filter.isImpossible { return PrefectResponse(body: .null) }
    var counting = CountRunsRequest(filter: filter.text)
    counting.groupBy = ["kind"]
    counting.withTimes = true
    let groups = try await services.runs.countRuns(counting, context: request.context).groups
    guard let group = groups.first, group.count > 0 else { return PrefectResponse(body: .null) }
    return .ok((group.lateness?.seconds ?? 0) / Double(group.count))
  }

  /// How many task runs there are in each type of state.
  func countTaskRunsByState(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = try await filter(request.body, .task, request.context)
    var counts: [String: Int] = [:]
    if !filter.isImpossible {
      let response = try await services.runs.countRuns(
        CountRunsRequest(filter: filter.text, groupBy: ["state.type"]), context: request.context)
      for group in response.groups { counts[group.values.first ?? ""] = Int(group.count) }
    }
    var shown = JSONMembers()
    for type in Shape.StateType.allCases {
      shown.set(JSONText(type.rawValue), to: .integer(counts[type.rawValue] ?? 0))
    }
    return .ok(try Shape.CountByState(.object(shown), at: []))
  }

  /// How many tasks each of some flow runs has; its subflows are none.
  func countTasksOfFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let ids = try [UUIDValue](request.body["flow_run_ids"] ?? .null, at: ["body", "flow_run_ids"])
    guard ids.count <= Self.longest else {
      throw PrefectFailure(422, "At most \(Self.longest) flow runs are counted at once.")
    }
    var counts: [String: Int] = [:]
    for id in ids {
      let response = try await services.runs.countRuns(
        CountRunsRequest(filter: "kind = TASK AND parent_id = \"\(id.text)\""),
        context: request.context)
      counts[id.text] = Int(response.total)
    }
    return .ok(counts)
  }

  /// Task runs that have ended, over twenty stretches of the time in which they began.
  func dashboardCounts(_ request: PrefectRequest) async throws -> PrefectResponse {
    let minute: Int64 = 60_000_000
    let times = request.body["task_runs"]?["start_time"]
    guard let after = times?["after_"], after != .null else {
      throw PrefectFailure(422, "task_runs.start_time.after_ is required")
    }
    let since = try Instant(after, at: ["body", "task_runs", "start_time", "after_"])
    let before = times?["before_"] ?? .null
    let until =
      before == .null
      ? Instant.wallClock
      : try Instant(before, at: ["body", "task_runs", "start_time", "before_"])
    let start = since.microseconds - since.microseconds % minute
    let end = until.microseconds - until.microseconds % minute + minute
    let width = max((end - start) / 20, 1_000_000)
    var filter = try await filter(request.body, .task, request.context)
    filter.add(ended: true)
    var counting = CountRunsRequest(filter: filter.text)
    counting.groupBy = ["start_time.bucket", "state.type"]
    counting.bucket = Duration.microseconds(width)
    counting.bucketStart = Instant(microseconds: start).timestamp
    var buckets = Array(repeating: (completed: 0, failed: 0), count: 20)
    if !filter.isImpossible {
      for group in try await services.runs.countRuns(counting, context: request.context).groups {
        guard group.values.count == 2, let moment = Instant(rfc3339: group.values[0]) else {
          continue
        }
        let index = Int((moment.microseconds - start) / width)
        guard buckets.indices.contains(index) else { continue }
        if group.values[1] == "FAILED" || group.values[1] == "CRASHED" {
          buckets[index].failed += Int(group.count)
        } else {
          buckets[index].completed += Int(group.count)
        }
      }
    }
    return .ok(buckets.map { ["completed": $0.completed, "failed": $0.failed] })
  }

  /// Flow runs as the bars of a chart.
  func simpleFlowRuns(_ request: PrefectRequest) async throws -> PrefectResponse {
    let filter = try await filter(request.body, .flow, request.context)
    let runs = try await list(filter, request.body, request.context, longest: 1000)
    return .ok(
      try await shown(runs, request.context).map { run in
        Shape.SimpleFlowRun(
          id: run.id, stateType: run.stateType ?? .pending,
          timestamp: run.startTime ?? run.expectedStartTime ?? run.created ?? .epoch,
          duration: run.estimatedRunTime ?? 0, lateness: run.estimatedStartTimeDelta ?? 0)
      })
  }

  /// A task run with the name of its flow run.
  func readTaskRunOfUI(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let found = try await taskRun(try request.id(), request.context) else {
      throw PrefectFailure(404, "Task not found")
    }
    var shown = try Shape.UITaskRun(found.json, at: [])
    if let id = found.flowRunID {
      shown.flowRunName = try await find(id, request.context)?.name
    }
    return .ok(shown)
  }
}
