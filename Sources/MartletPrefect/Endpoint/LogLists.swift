// Decides how the log of a run is read by Prefect's client.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The lines of one run, or of a flow run with all below it, oldest first.
  func readLogs(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ReadLogsBody = try request.body()
    let filter = asked.logs ?? Shape.LogFilter()
    guard filter.text == nil, filter.timestamp == nil, filter.level?.le == nil,
      asked.sort != .timestampDesc
    else { throw PrefectFailure(501, "Martlet reads logs by run and least level, oldest first.") }
    let tasks = filter.taskRunID?.any ?? []
    let flows = filter.flowRunID?.any ?? []
    guard let run = tasks.first ?? flows.first, tasks.count + flows.count == 1 else {
      throw PrefectFailure(501, "Martlet reads the logs of one run at a time.")
    }
    let isWhole = tasks.isEmpty && filter.taskRunID?.isNull != true
    var list = ListLogsRequest()
    list.runID = run.text
    list.includeDescendants = isWhole
    list.minLevel = filter.level?.ge.map(LogLevel.init(prefect:)) ?? .unspecified
    let limit = asked.limit ?? 200
    var skipped = asked.offset ?? 0
    var lines: [Shape.Log] = []
    list.pageSize = Int32(clamping: min(1000, max(1, limit + skipped)))
    repeat {
      let page = try await services.logs.listLogs(list, context: request.context)
      for entry in page.entries where lines.count < limit {
        if skipped > 0 { skipped -= 1 } else { lines.append(Shape.Log(entry, in: run)) }
      }
      list.pageToken = page.nextPageToken
    } while lines.count < limit && !list.pageToken.isEmpty
    return .ok(lines)
  }
}

extension Shape.Log {
  /// A line of a run's log.
  ///
  /// - Parameter flowRun: the run that was asked for.
  init(_ entry: LogEntry, in flowRun: UUIDValue) {
    let time = entry.time.map(Instant.init) ?? .epoch
    self.init(
      id: .derived(from: [
        "prefect log", entry.runID, entry.executionID, "\(entry.line)", time.rfc3339,
      ]),
      name: entry.logger, level: Int(entry.level.rawValue), message: entry.message, timestamp: time)
    let run = UUIDValue(text: entry.runID)
    flowRunID = flowRun
    taskRunID = run == flowRun ? nil : run
  }
}
