// Decides how the log of a run is read by Prefect's client.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The lines of one run, or of a flow run with its task runs; newest first only where they are few enough to be read to
  /// the end. The lines of subflows are their own.
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
    let offset = asked.offset ?? 0
    let isReversed = asked.sort == .timestampDesc
    list.pageSize = isReversed ? 1000 : Int32(clamping: min(1000, max(1, limit + offset)))
    var owners = LogOwners(flowRun: run, isWhole: isWhole)
    var lines: [LogEntry] = []
    repeat {
      let page = try await services.logs.listLogs(list, context: request.context)
      try await learn(&owners, page.entries, request.context)
      lines += page.entries.filter { owners.hold($0) }
      guard !isReversed || lines.count <= Self.longestReversal else {
        throw PrefectFailure(
          501, "Martlet reads a log of more than \(Self.longestReversal) lines oldest first only.")
      }
      list.pageToken = page.nextPageToken
    } while (isReversed || lines.count < offset + limit) && !list.pageToken.isEmpty
    if isReversed { lines.reverse() }
    return .ok(lines.dropFirst(offset).prefix(limit).map { Shape.Log($0, in: shownRun) })
  }

  /// The most lines that are read to be told in reverse.
  private static let longestReversal = 20_000

  /// Finds out whose lines those of runs are that have not been seen.
  private func learn(
    _ owners: inout LogOwners, _ entries: [LogEntry], _ context: CallContext
  ) async throws {
    var unknown = owners.unknown(in: entries)[...]
    while !unknown.isEmpty {
      let some = unknown.prefix(90)
      unknown = unknown.dropFirst(90)
      let choices = some.map { "id = \"\($0)\"" }.joined(separator: " OR ")
      let filter = "kind = TASK AND parent_id = \"\(owners.flowRun)\" AND (\(choices))"
      let found = try await services.runs.listRuns(
        ListRunsRequest(filter: filter, pageSize: 90, readMask: FieldMask(paths: ["id"])),
        context: context)
      owners.note(found.runs.map(\.id), of: Array(some))
    }
  }

  /// The run whose log is that of a task run: the subflow that it stands for, where it does; nil when there is none yet.
  private func runOfLog(_ id: UUIDValue, _ context: CallContext) async throws -> String? {
    if let run = try await find(id, context) { return run.id }
    return try await subflow(of: id, context)?.id
  }
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
