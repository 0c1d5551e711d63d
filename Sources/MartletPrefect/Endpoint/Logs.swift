// Decides how lines of Prefect's loggers become lines of a run's log, each written once however often it is sent.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The most lines that are written at once.
  private static let batch = 1000

  /// Lines that belong to no run are not kept; what is longer than 64 KiB is cut.
  func createLogs(_ request: PrefectRequest) async throws -> PrefectResponse {
    let lines: [Shape.LogCreate] = try request.body()
    let entries = lines.compactMap(LogEntry.init)
    for start in stride(from: 0, to: entries.count, by: Self.batch) {
      _ = try await services.logs.batchWriteLogs(
        BatchWriteLogsRequest(
          entries: Array(entries[start..<min(start + Self.batch, entries.count)])),
        context: request.context)
    }
    return PrefectResponse(status: 201, body: .null)
  }
}

extension LogEntry {
  /// A line of Prefect's; nil for one of no run.
  init?(_ line: Shape.LogCreate) {
    guard let run = line.taskRunID ?? line.flowRunID else { return nil }
    self.init()
    runID = run.text
    // Prefect's lines have no number. A line is known by its time and what it says: a repeat is the same line.
    let names = [line.name, "\(line.level)", line.message]
    executionID = UUIDValue.derived(from: ["prefect log", run.text]).text
    self.line = Int64(bitPattern: UUIDValue.derived(from: names).low) & .max >> 1 | 1
    time = line.timestamp.timestamp
    level = LogLevel(prefect: line.level)
    logger = line.name
    message = line.message.prefix(bytes: 64 << 10)
  }
}

extension LogLevel {
  /// The level of a number of Python's logging.
  init(prefect number: Int) {
    self =
      switch number {
      case ..<10: .trace
      case ..<20: .debug
      case ..<30: .info
      case ..<40: .warning
      case ..<50: .error
      default: .critical
      }
  }
}

extension String {
  /// As much of the beginning as has so many bytes at most, in whole characters.
  func prefix(bytes limit: Int) -> String {
    if utf8.count <= limit { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}
