// Decides how the lines of a run are printed: the oldest first, or as they come.

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
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard LogLevel(name: level) != nil else {
      throw ValidationError("--level must be trace, debug, info, warning, error or critical")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      if follow { try await watch(run, connection) } else { try await list(run, connection) }
      return nil
    }
  }

  private func list(_ run: Run, _ connection: Connection) async throws {
    var request = ListLogsRequest()
    request.namespace = connection.namespace
    request.runID = run.id
    request.includeDescendants = !noChildren
    request.minLevel = LogLevel(name: level) ?? .unspecified
    request.pageSize = 1000
    repeat {
      let page = try await connection.client.logs.listLogs(request)
      for entry in page.entries { try printEntry(entry) }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
  }

  private func watch(_ run: Run, _ connection: Connection) async throws {
    var request = WatchLogsRequest()
    request.namespace = connection.namespace
    request.runID = run.id
    request.includeDescendants = !noChildren
    request.minLevel = LogLevel(name: level) ?? .unspecified
    request.untilEnded = true
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
