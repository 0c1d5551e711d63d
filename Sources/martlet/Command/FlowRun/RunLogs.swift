// Decides which lines of a run are printed, and in which order: all, the first or the last ones, and those that come.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct RunLogs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Print what a run and the runs below it said.")
  @OptionGroup var reference: RunReference
  @Flag(name: [.short, .long], help: "Go on until the run has ended.")
  var follow = false
  @Flag(help: "Only lines of the run itself.")
  var noChildren = false
  @Option(help: "Only lines at least this important: trace, debug, info, warning, error, critical.")
  var level: String = "trace"
  @Flag(help: "Only the first lines.")
  var head = false
  @Flag(name: [.short, .long], help: "Only the last lines; with --follow, those that come too.")
  var tail = false
  @Option(name: [.customShort("n"), .long], help: "How many the first or the last lines are: 20.")
  var numLogs: Int?
  @Flag(name: [.short, .long], help: "The newest first.")
  var reverse = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  private static let standardCount = 20
  private static let pageSize = 1000

  /// How many lines are printed of those that are there; nil for all.
  private var count: Int? { numLogs ?? (head || tail ? Self.standardCount : nil) }

  func validate() throws {
    guard !(head && tail) else { throw ValidationError("--head and --tail exclude each other") }
    guard !follow || !(head || reverse) else {
      throw ValidationError("--follow prints what comes: without --head and --reverse")
    }
    guard numLogs ?? 1 > 0 else { throw ValidationError("--num-logs must be more than 0") }
    guard !follow || numLogs == nil || tail else {
      throw ValidationError("--num-logs with --follow counts the lines of --tail")
    }
    guard LogLevel(name: level) != nil else {
      throw ValidationError("--level must be trace, debug, info, warning, error or critical")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      if !follow {
        try await list(run, connection)
      } else {
        try await watch(run, connection, after: tail ? try await list(run, connection) : "")
      }
      return nil
    }
  }

  /// Prints lines that are there; returns where to go on.
  @discardableResult
  private func list(_ run: Run, _ connection: Connection) async throws -> String {
    // Of --reverse alone the first lines are the newest, as in Prefect.
    let isFromEnd = tail || (reverse && !head)
    // Printed in another order than they are read in.
    let isKept = isFromEnd != reverse
    var request = ListLogsRequest()
    request.orderBy = isFromEnd ? "time desc" : "time"
    var kept: [LogEntry] = []
    var resume = ""
    var left = count ?? .max
    request.namespace = connection.namespace
    request.runID = run.id
    request.includeDescendants = !noChildren
    request.minLevel = LogLevel(name: level) ?? .unspecified
    repeat {
      request.pageSize = Int32(min(Self.pageSize, left))
      let page = try await connection.client.logs.listLogs(request)
      if isKept {
        kept += page.entries
      } else {
        for entry in page.entries { try printEntry(entry) }
      }
      left -= page.entries.count
      request.pageToken = page.nextPageToken
      // From the end, what comes while the other pages are read is after the first.
      if !isFromEnd || resume.isEmpty { resume = page.resumeToken }
    } while !request.pageToken.isEmpty && left > 0
    for entry in kept.reversed() { try printEntry(entry) }
    return resume
  }

  private func watch(_ run: Run, _ connection: Connection, after token: String) async throws {
    var request = WatchLogsRequest()
    request.namespace = connection.namespace
    request.runID = run.id
    request.includeDescendants = !noChildren
    request.minLevel = LogLevel(name: level) ?? .unspecified
    request.untilEnded = true
    request.resumeToken = token
    let call = try await connection.client.logs.watchLogs(request)
    for try await batch in call.responses { for entry in batch.entries { try printEntry(entry) } }
  }

  private func printEntry(_ entry: LogEntry) throws {
    switch format.output {
    case .document(let notation): try notation.print(entry)
    case .name: Terminal.standard.line(entry.message)
    case .table: Terminal.standard.line(entry.line(for: .standard))
    }
  }
}

extension LogLevel {
  /// The level of a name.
  init?(name: String) {
    switch name.lowercased() {
    case "trace": self = .trace
    case "debug": self = .debug
    case "info": self = .info
    case "warning": self = .warning
    case "error": self = .error
    case "critical": self = .critical
    default: return nil
    }
  }

  /// The name, in capitals.
  var label: String {
    switch self {
    case .trace: "TRACE"
    case .debug: "DEBUG"
    case .warning: "WARNING"
    case .error: "ERROR"
    case .critical: "CRITICAL"
    default: "INFO"
    }
  }
}

extension LogEntry {
  /// The entry for people: `16:08:59.356 | INFO    | text`.
  func line(for terminal: Terminal, source: String = "") -> String {
    let name = level.label
    let padded = name + String(repeating: " ", count: max(0, 7 - name.count))
    let style: Style? = level.rawValue >= 40 ? .red : level.rawValue >= 30 ? .yellow : nil
    let origin = source.isEmpty ? "" : terminal.styled(source, .dim) + " | "
    return terminal.styled(time?.clock ?? "", .dim) + " | " + terminal.styled(padded, style) + " | "
      + origin + message
  }
}
