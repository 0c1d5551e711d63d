// Decides how a run is followed: states, logs and timings of it and of everything below it, as they happen.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct WatchRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follow a run and the runs below it until it has ended.",
    discussion:
      "Leaves with 0 when the run completed, and with 1 when it failed, crashed or was cancelled.")
  @OptionGroup var reference: RunReference
  @Flag(help: "Wait for the run to be created; RUN is its id.")
  var wait = false
  @Flag(help: "Show states only.")
  var noLogs = false
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let root = wait ? reference.run : try await connection.find(reference.run).id
      return try await connection.watch(root, showsLogs: !noLogs)
    }
  }
}

/// The names of runs seen so far, for the lines of their logs.
actor RunNames {
  private var names: [String: String] = [:]

  func learn(_ run: Run) { names[run.id] = run.kind == .task ? run.definition : run.name }

  /// The name of a run; asked of the server when its first line is here before its first state.
  func name(_ id: String, _ connection: Connection) async -> String {
    if let name = names[id] { return name }
    var request = GetRunRequest()
    request.namespace = connection.namespace
    request.id = id
    if let run = try? await connection.client.runs.getRun(request).run { learn(run) }
    return names[id] ?? String(id.suffix(6))
  }
}

extension Connection {
  /// Prints what happens to a run and below it until it has ended.
  ///
  /// - Returns: What the program leaves with: whether the run completed.
  func watch(_ root: String, showsLogs: Bool) async throws -> ExitStatus? {
    let names = RunNames()
    return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
      group.addTask { try await followStates(of: root, names: names) }
      if showsLogs {
        group.addTask {
          try await followLogs(of: root, names: names)
          return nil
        }
      }
      var status: ExitStatus?
      while let result = try await group.next() {
        if let result { status = result }
      }
      return status
    }
  }

  /// Prints states until the root run has ended.
  fileprivate func followStates(of root: String, names: RunNames) async throws -> ExitStatus {
    var request = WatchRunsRequest()
    request.namespace = namespace
    request.filter = "root_id = \(quoted(root))"
    request.initial = .snapshot
    var seen: [String: Int64] = [:]
    for try await batch in try await client.runs.watchRuns(request).responses {
      for change in batch.changes {
        if change.removed {
          guard change.run?.id == root else { continue }
          complain("martlet: the run was deleted")
          return .failed
        }
        guard let run = change.run, (seen[run.id] ?? 0) < run.revision else { continue }
        seen[run.id] = run.revision
        await names.learn(run)
        printState(run)
        if run.id == root, let type = run.state?.type, type.isTerminal {
          return type == .completed ? .good : .failed
        }
      }
    }
    throw Status(.unavailable, "the server ended the stream")
  }

  private func printState(_ run: Run) {
    let terminal = Terminal.standard
    let kind = run.kind == .task ? "task" : "flow"
    let name = run.kind == .task ? run.definition : "\(run.definition) / \(run.name)"
    var line = terminal.styled(run.state?.time?.clock ?? "", .dim) + " | "
    line += terminal.styled(run.state.label + pad(run.state.label, 9), run.state.style)
    line += " | \(kind) " + terminal.styled(name, .bold)
    if run.state?.type.isTerminal == true, run.times?.startTime != nil {
      line += " in " + run.duration
    }
    if let message = run.state?.message, !message.isEmpty { line += ": " + message }
    terminal.line(line)
  }

  /// Prints lines until the root run has ended. The run may not exist yet.
  fileprivate func followLogs(of root: String, names: RunNames) async throws {
    var request = WatchLogsRequest()
    request.namespace = namespace
    request.runID = root
    request.includeDescendants = true
    request.untilEnded = true
    for attempt in 0... {
      do {
        for try await batch in try await client.logs.watchLogs(request).responses {
          request.resumeToken = batch.resumeToken
          for entry in batch.entries {
            let source = await names.name(entry.runID, self)
            Terminal.standard.line(entry.line(for: .standard, source: source))
          }
        }
        return
      } catch let status as Status where status.code == .notFound && attempt < 200 {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }
}

private func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count))
}

extension StateType {
  /// Whether a run in it has ended.
  var isTerminal: Bool {
    switch self {
    case .completed, .failed, .cancelled, .crashed: true
    default: false
    }
  }
}
