// Decides what log handlers are made of.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.LogService`.
struct LogHandlers: LogService {
  let backend: Backend

  /// The most lines in a message.
  static let limit = 1000

  /// What came of writing lines.
  struct Written {
    var new: Int64 = 0
    var old: Int64 = 0
    var failures: [LogFailure] = []
  }

  /// Writes lines; those that cannot be stored fail alone.
  func write(_ entries: [LogEntry], _ namespace: Namespace) async throws -> Written {
    guard entries.count <= Self.limit else {
      throw InvalidValue("entries", "has \(entries.count) lines: send at most \(Self.limit)")
    }
    var written = Written()
    var lines: [LogLine] = []
    var places: [Int] = []
    for (index, entry) in entries.enumerated() {
      do throws(InvalidValue) {
        lines.append(
          try LogLine(
            entry, runID: RunID(required: entry.runID, "run_id"),
            executionID: ExecutionID(optional: entry.executionID, "execution_id"),
            namespace: namespace))
        places.append(index)
      } catch {
        // Relative to the entry, which a report calls `log`.
        var fault = error
        if fault.field.hasPrefix("log.") { fault.field.removeFirst("log.".count) }
        written.failures.append(
          LogFailure(index: Int32(index), error: Status(fault).reportError))
      }
    }
    let receipt = try await backend.store.logs.write(lines)
    written.new = Int64(receipt.new)
    written.old = Int64(lines.count - receipt.dropped.count) - written.new
    for dropped in receipt.dropped {
      written.failures.append(
        LogFailure(
          index: Int32(places[dropped]),
          error: Status(CommandError.deleted(lines[dropped].runID)).reportError))
    }
    return written
  }
}
