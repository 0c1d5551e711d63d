// Decides how a subscriber hears of log lines: those of one run and all below it, as they are written.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC

/// A subscription to the log of a run.
struct LogsOut {
  let api: PrefectAPI
  let socket: WebSocket
  let context: CallContext

  /// Serves until the client closes.
  ///
  /// - Parameter first: what came already.
  func run(_ first: [WebSocket.Message]) async throws {
    try await Subscription(socket: socket).serve(first) { said in
      guard let filter = try? Shape.LogFilter(said["filter"] ?? .null, at: ["filter"]),
        filter.text == nil, filter.level?.le == nil
      else { return await socket.close(1002, "Martlet tells logs by run, time and least level.") }
      let runs = (filter.flowRunID?.any ?? []) + (filter.taskRunID?.any ?? [])
      guard let id = runs.first, runs.count == 1 else {
        return await socket.close(1002, "Martlet tells the logs of one run at a time.")
      }
      guard let run = try await api.runOfLog(id, context) else {
        return await socket.close(1002, "There is no run \(id.text).")
      }
      let log = RunLog(run, asked: id)
      var request = WatchLogsRequest()
      request.runID = run.id
      request.includeDescendants = filter.taskRunID == nil
      request.minLevel = filter.level?.ge.map(LogLevel.init(prefect:)) ?? .unspecified
      let socket = socket
      let writer = MessageWriter<WatchLogsResponse> { response in
        for entry in response.entries {
          let line = Shape.Log(entry, of: log)
          guard filter.timestamp?.after.map({ line.timestamp >= $0 }) ?? true,
            filter.timestamp?.before.map({ line.timestamp <= $0 }) ?? true
          else { continue }
          try await socket.send(
            JSON.object([("type", .text("log")), ("log", line.json)]).description)
        }
      }
      try await api.services.logs.watchLogs(request, to: writer, context: context)
    }
  }
}
