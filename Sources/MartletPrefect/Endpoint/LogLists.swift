// Decides how logs are read by Prefect's client: by runs, level, time and text, in either order.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The most runs whose lines are read together, and the most lines that are looked at for those that are shown.
  private static let mostLogs = 100
  private static let mostSearched = 100_000

  /// The lines of runs, of flow runs with those of their task runs. The lines of subflows are their own.
  func readLogs(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ReadLogsBody = try request.body()
    let filter = asked.logs ?? Shape.LogFilter()
    let text = try filter.search
    guard !filter.isAlternative else {
      throw PrefectFailure(501, "Martlet does not filter logs by one or the other yet.")
    }
    let tasks = filter.taskRunID?.any
    guard let ids = (tasks ?? filter.flowRunID?.any).map(Set.init), ids.count <= Self.mostLogs
    else {
      throw PrefectFailure(
        501, "Martlet reads the logs of \(Self.mostLogs) runs at most, by their ids.")
    }
    let limit = asked.limit ?? 200
    let offset = asked.offset ?? 0
    let isReversed = asked.sort == .timestampDesc
    var list = ListLogsRequest(orderBy: isReversed ? "time desc" : "time")
    list.minLevel = filter.level?.ge.map(LogLevel.init(prefect:)) ?? .unspecified
    list.maxLevel = filter.level?.le.map(LogLevel.init(prefect:)) ?? .unspecified
    list.fromTime = filter.timestamp?.after?.timestamp
    list.toTime = filter.timestamp?.before.map { ($0 + Interval(microseconds: 1)).timestamp }
    var found: [Shape.Log] = []
    for id in ids {
      guard let run = try await runOfLog(id, request.context) else { continue }
      let log = RunLog(run, asked: id)
      if tasks != nil, let flows = filter.flowRunID?.any,
        !flows.contains(where: { $0 == log.flowRun })
      {
        continue
      }
      list.runID = run.id
      list.includeDescendants = tasks == nil && filter.taskRunID?.isNull != true
      found += try await lines(of: log, list, upTo: offset + limit, request.context) { entry in
        (filter.taskRunID?.isNull != false || entry.runID != run.id)
          && text?.finds(entry.message, of: entry.logger) ?? true
      }
    }
    if ids.count > 1 {
      found.sort { isReversed ? $0.timestamp > $1.timestamp : $0.timestamp < $1.timestamp }
    }
    return .ok(Array(found.dropFirst(offset).prefix(limit)))
  }

  /// Lines of a run that pass, as many as are wanted.
  private func lines(
    of log: RunLog, _ list: ListLogsRequest, upTo count: Int, _ context: CallContext,
    where passes: (LogEntry) -> Bool
  ) async throws -> [Shape.Log] {
    var list = list
    list.pageSize = Int32(clamping: min(1000, max(1, count)))
    var owners = LogOwners(flowRun: log.run, isWhole: list.includeDescendants)
    var lines: [Shape.Log] = []
    var searched = 0
    repeat {
      let page = try await services.logs.listLogs(list, context: context)
      try await learn(&owners, page.entries, context)
      lines += page.entries.filter { owners.hold($0) && passes($0) }
        .map { Shape.Log($0, of: log) }
      searched += page.entries.count
      guard searched <= Self.mostSearched || lines.count >= count else {
        throw PrefectFailure(
          501, "Martlet looks at \(Self.mostSearched) lines at most: ask for fewer.")
      }
      list.pageSize = 1000
      list.pageToken = page.nextPageToken
    } while lines.count < count && !list.pageToken.isEmpty
    return lines
  }

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
  func runOfLog(_ id: UUIDValue, _ context: CallContext) async throws -> Run? {
    if let run = try await find(id, context) { return run }
    return try await subflow(of: id, context)
  }
}

/// Whose log it is.
struct RunLog {
  /// The run.
  let run: String
  /// The flow run that its lines are of to Prefect, and the task run; nil where each line says of which.
  let flowRun: UUIDValue?
  let taskRun: UUIDValue?

  /// The log of a run that was asked for by an id.
  init(_ run: Run, asked: UUIDValue) {
    self.run = run.id
    flowRun = UUIDValue(text: run.kind == .task ? run.parentID : run.id)
    taskRun = run.kind == .task ? asked : nil
  }
}

extension Shape.LogFilter {
  /// What is searched for.
  ///
  /// - Throws: `ShapeFault` for a text that is too long.
  fileprivate var search: LogText? {
    get throws(ShapeFault) {
      guard let query = text?.query else { return nil }
      guard query.count <= 200 else {
        throw ShapeFault(
          location: ["body", "logs", "text", "query"],
          message: "String should have at most 200 characters", type: "string_too_long")
      }
      return LogText(query)
    }
  }

  /// Whether one of several criteria is enough.
  fileprivate var isAlternative: Bool {
    let criteria = [
      level?.ge != nil, level?.le != nil, timestamp?.after != nil, timestamp?.before != nil,
      flowRunID?.any != nil, taskRunID?.any != nil, taskRunID?.isNull != nil, text != nil,
    ]
    return self.operator == .or && criteria.count(where: { $0 }) > 1
  }
}

extension Shape.Log {
  /// A line of a run's log.
  init(_ entry: LogEntry, of log: RunLog) {
    let time = entry.time.map(Instant.init) ?? .epoch
    self.init(
      id: .derived(from: [
        "prefect log", entry.runID, entry.executionID, "\(entry.line)", time.rfc3339,
      ]),
      name: entry.logger, level: Int(entry.level.rawValue), message: entry.message, timestamp: time)
    flowRunID = log.flowRun
    taskRunID = log.taskRun ?? (entry.runID == log.run ? nil : UUIDValue(text: entry.runID))
  }
}
