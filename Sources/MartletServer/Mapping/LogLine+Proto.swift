// Decides how a log line crosses the contract.

internal import MartletModel
internal import MartletProto
internal import MartletStore

extension LogLine {
  /// A line of the contract. Without an execution it is nobody's; without a time it is now.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(
    _ entry: LogEntry, runID: RunID, executionID: ExecutionID?, namespace: Namespace
  ) throws(InvalidValue) {
    self.init(
      namespace: namespace, runID: runID,
      executionID: executionID ?? ExecutionID(high: 0, low: 0), line: entry.line,
      time: entry.time.map(Instant.init) ?? .wallClock,
      level: entry.level == .unspecified ? 20 : Int16(clamping: entry.level.rawValue),
      logger: entry.logger, message: entry.message)
    do throws(StoreError) {
      try validate()
    } catch {
      guard case .invalid(let field, let why) = error else { return }
      throw InvalidValue(field, why)
    }
  }
}

extension LogEntry {
  /// A line as it is stored.
  init(_ line: LogLine) {
    self.init()
    runID = line.runID.description
    executionID = line.executionID.value.high == 0 ? "" : line.executionID.description
    self.line = line.line
    time = line.time.timestamp
    level = LogLevel(rawValue: Int32(line.level))
    logger = line.logger
    message = line.message
  }
}
