// Decides how the gates of a run are shown to people: one line each, then what it waits for.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct ExplainRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why a run waits, what bounds it, or how it ended.",
    discussion: "`martlet why RUN` looks for the cause of a failure.")
  @OptionGroup var reference: RunReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ExplainRunRequest()
      request.namespace = connection.namespace
      request.id = try await connection.find(reference.run).id
      let explained = try await connection.client.runs.explainRun(request)
      switch format.output {
      case .document(let notation): try notation.print(explained)
      case .name: Terminal.standard.line(explained.run?.id ?? "")
      case .table: show(explained)
      }
      return nil
    }
  }

  private func show(_ explained: ExplainRunResponse) {
    let terminal = Terminal.standard
    if let run = explained.run {
      let since = run.state?.time.map { " since \($0.clock)" } ?? ""
      terminal.line(
        terminal.styled("\(run.definition) / \(run.name)", .bold) + "   "
          + terminal.styled(run.state.label, run.state.style) + since)
    }
    var table = Table("", "gate", "", "by")
    let now = explained.time ?? .now
    for gate in explained.gates {
      table.append(gate.mark, gate.title, gate.text, gate.names(at: now))
    }
    let lines = table.render(for: terminal).split(separator: "\n", omittingEmptySubsequences: false)
    terminal.write(lines.dropFirst().joined(separator: "\n"))
    terminal.line(explained.summary)
  }
}

extension Gate {
  /// Whether the run passes.
  fileprivate var mark: Table.Cell {
    switch (kind, status) {
    case (.end, _): Table.Cell(" END")
    case (_, .open): Table.Cell(" ok", .green)
    case (_, .closed): Table.Cell(" WAIT", .yellow)
    default: Table.Cell(" ?", .dim)
    }
  }

  /// What it is called.
  fileprivate var title: Table.Cell {
    let word =
      switch kind {
      case .dueTime: "due time"
      case .parent: "parent"
      case .retry: "retry"
      case .limit: "limit"
      case .cache: "cache"
      case .pause: "pause"
      case .owner: "owner"
      case .cancellation: "cancellation"
      case .timeout: "time-out"
      case .end: "end"
      default: "gate \(kind.rawValue)"
      }
    return Table.Cell(subject.isEmpty ? word : "\(word) \(subject)", .bold)
  }

  /// How it stands, with its times.
  fileprivate var text: Table.Cell {
    var text = summary
    if let openTime {
      text += status == .open ? " since \(openTime.clock)" : " until \(openTime.clock)"
    }
    if let endTime, endTime != openTime {
      text += kind == .end ? " at \(endTime.clock)" : ", ends the run at \(endTime.clock)"
    }
    return Table.Cell(text)
  }

  /// Who or what it is about; who holds slots with how long.
  fileprivate func names(at now: Timestamp) -> Table.Cell {
    let names = references.compactMap { reference -> String? in
      let name: String
      switch reference.target {
      case .limitID: return nil
      case .runID(let id): name = reference.name.isEmpty ? id : reference.name
      default: name = reference.name
      }
      return reference.grantTime.map { "\(name) \(age(now.interval(since: $0)))" } ?? name
    }
    return Table.Cell(names.joined(separator: ", "), .dim)
  }
}
