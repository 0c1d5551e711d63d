// Decides how the log of a run is read by Prefect's client.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The lines of one run, or of a flow run with all below it, oldest first, or newest first where they are few enough to be read
  /// to the end.
  func readLogs(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ReadLogsBody = try request.body()
    let filter = asked.logs ?? Shape.LogFilter()
    guard filter.text == nil, filter.timestamp == nil, filter.level?.le == nil else {
      throw PrefectFailure(501, "Martlet reads logs by run and least level.")
    }
    let tasks = filter.taskRunID?.any ?? []
    let flows = filter.flowRunID?.any ?? []
    guard let run = tasks.first ?? flows.first, tasks.count + flows.count == 1 else {
      throw PrefectFailure(501, "Martlet reads the logs of one run at a time.")
    }
    guard let run = try await runOfLog(run, request.context) else { return .ok([Shape.Log]()) }
    let isWhole = tasks.isEmpty && filter.taskRunID?.isNull != true
    var list = ListLogsRequest()
    list.runID = run
    list.includeDescendants = isWhole
    list.minLevel = filter.level?.ge.map(LogLevel.init(prefect:)) ?? .unspecified
    let shownRun = UUIDValue(text: run)
    let limit = asked.limit ?? 200
    if asked.sort == .timestampDesc {
      let all = try await wholeLog(list, request.context)
      return .ok(
        all.reversed().dropFirst(asked.offset ?? 0).prefix(limit).map {
          Shape.Log($0, in: shownRun)
        })
    }
    var skipped = asked.offset ?? 0
    var lines: [Shape.Log] = []
    list.pageSize = Int32(clamping: min(1000, max(1, limit + skipped)))
    repeat {
      let page = try await services.logs.listLogs(list, context: request.context)
      for entry in page.entries where lines.count < limit {
        if skipped > 0 { skipped -= 1 } else { lines.append(Shape.Log(entry, in: shownRun)) }
      }
      list.pageToken = page.nextPageToken
    } while lines.count < limit && !list.pageToken.isEmpty
    return .ok(lines)
  }

  /// The run whose log is that of a task run: the subflow that it stands for, where it does; nil when there is none yet.
  private func runOfLog(_ id: UUIDValue, _ context: CallContext) async throws -> String? {
    if let run = try await find(id, context) { return run.id }
    return try await subflow(of: id, context)?.id
  }

  /// All lines of a list.
  private func wholeLog(
    _ list: ListLogsRequest, _ context: CallContext
  ) async throws -> [LogEntry] {
    var list = list
    list.pageSize = 1000
    var lines: [LogEntry] = []
    repeat {
      let page = try await services.logs.listLogs(list, context: context)
      lines += page.entries
      guard lines.count <= Self.longestReversal else {
        throw PrefectFailure(
          501, "Martlet reads a log of more than \(Self.longestReversal) lines oldest first only.")
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return lines
  }

  private static let longestReversal = 20_000
}

extension Shape.Log {
  /// A line of a run's log.
  ///
  /// - Parameter flowRun: the run that was asked for.
  init(_ entry: LogEntry, in flowRun: UUIDValue?) {
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
