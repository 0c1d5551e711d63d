// Decides what a log line is, and what makes two of them the same.

public import MartletModel
import MartletPostgres

/// A line of a run's log. Run, execution, line number and time are its key: sent again, it is kept
/// once.
public struct LogLine: Sendable, Equatable {
  /// The run's namespace.
  public var namespace: Namespace
  /// The run.
  public var runID: RunID
  /// The process that wrote it.
  public var executionID: ExecutionID
  /// 0, 1, 2… in that process for that run.
  public var line: Int64
  /// When the client wrote it, by its own clock; the same each time it is sent.
  public var time: Instant
  /// 10 debug, 20 info, 30 warning, 40 error, 50 critical.
  public var level: Int16
  /// Which part of the program wrote it; may be empty.
  public var logger: String
  /// The text.
  public var message: String
  /// Structured fields, a JSON object as text; empty for none.
  public var fields: String
  /// What the writer says of its hold on the run; nil when it says nothing.
  public var claim: WriterClaim?

  /// Makes a line.
  public init(
    namespace: Namespace, runID: RunID, executionID: ExecutionID, line: Int64, time: Instant,
    level: Int16 = 20, logger: String = "", message: String, fields: String = ""
  ) {
    self.namespace = namespace
    self.runID = runID
    self.executionID = executionID
    self.line = line
    self.time = time
    self.level = level
    self.logger = logger
    self.message = message
    self.fields = fields
  }

  /// Longest message, in bytes.
  public static let messageLimit = 64 << 10

  /// Refuses a line that cannot be stored.
  /// - Throws: `invalid`, which names the field.
  public func validate() throws(StoreError) {
    try checkText(message, field: "log.message", limit: Self.messageLimit)
    try checkText(logger, field: "log.logger", limit: RunLimits.name)
    try checkJSON(fields, field: "log.fields", limit: Self.messageLimit)
    guard (0...100).contains(level) else {
      throw .invalid(field: "log.level", why: "must be 0 to 100")
    }
    if line < 0 { throw .invalid(field: "log.line", why: "is negative") }
    guard RunLimits.times.contains(time) else {
      throw .invalid(field: "log.time", why: "is outside the years 1 to 9999")
    }
  }

  /// About how many bytes the line takes, while it waits and in a message.
  public var weight: Int { 200 + message.utf8.count + fields.utf8.count + logger.utf8.count }
}

/// A place among the lines of one or more runs.
public struct LogPosition: Sendable, Hashable, Comparable {
  /// The line's time.
  public var time: Instant
  /// The run.
  public var runID: RunID
  /// The process.
  public var executionID: ExecutionID
  /// The line's number.
  public var line: Int64

  /// Makes a place.
  public init(time: Instant, runID: RunID, executionID: ExecutionID, line: Int64) {
    self.time = time
    self.runID = runID
    self.executionID = executionID
    self.line = line
  }

  /// Orders as lists do.
  public static func < (left: LogPosition, right: LogPosition) -> Bool {
    (left.time, left.runID, left.executionID, left.line)
      < (right.time, right.runID, right.executionID, right.line)
  }
}

extension LogLine {
  /// Where it stands among the lines.
  public var position: LogPosition {
    LogPosition(time: time, runID: runID, executionID: executionID, line: line)
  }

  /// Reads a row with the columns of `list_logs`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let fields: PostgresJSON? = try row.optional(8)
    self.init(
      namespace: try row.get(4), runID: try row.get(0), executionID: try row.get(2),
      line: try row.get(3), time: try row.get(1), level: try row.get(5), logger: try row.get(6),
      message: try row.get(7), fields: fields?.text ?? "")
  }
}
