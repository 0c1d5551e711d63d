// Decides how a failed run is explained to people: the cause first, then what it said, then what is not as it was.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Explain why a run failed.",
    discussion:
      "Shows the run that failed first, its last lines, and what differs from the last good run.")
  @OptionGroup var reference: RunReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      var request = GetRunRequest()
      request.namespace = connection.namespace
      request.id = run.id
      request.readMask = FieldMask(paths: ["id", "name", "definition", "state", "failure"])
      let response = try await connection.client.runs.getRun(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.failure?.cause?.id ?? run.id)
      case .table:
        guard let failure = response.failure else {
          Terminal.standard.line("\(run.name) has not failed: it is \(run.state.label)")
          return nil
        }
        explain(run, failure)
      }
      return nil
    }
  }

  private func explain(_ run: Run, _ failure: RunFailure) {
    let terminal = Terminal.standard
    let cause = failure.cause ?? run
    let names = failure.chain.map { "\($0.definition) / \($0.name)" }
    terminal.line(
      terminal.styled(run.state.label, run.state.style) + "  "
        + names.map { terminal.styled($0, .bold) }.joined(separator: "  →  "))
    terminal.line(terminal.styled(cause.id, .dim))
    terminal.line()
    for text in Self.error(of: cause) { terminal.line(text) }
    if case .failed(let failed)? = cause.state?.detail, !failed.traceback.isEmpty {
      terminal.line()
      terminal.line(failed.traceback)
    }
    let own = failure.chain.first ?? run
    let said = Self.reason(of: own)
    if own.id != cause.id, !said.isEmpty, said != Self.reason(of: cause) {
      heading("\(own.definition) / \(own.name) itself said")
      for text in said { terminal.line(text) }
    }
    if failure.incomplete {
      terminal.line("Only the newest of its many children were looked at.")
    }
    if !failure.lines.isEmpty {
      heading("last lines")
      for line in failure.lines {
        var entry = LogEntry()
        entry.time = line.time
        entry.level = LogLevel(rawValue: line.level)
        entry.message = line.message
        terminal.line(entry.line(for: terminal))
      }
    }
    guard let good = failure.lastGood else {
      heading("no earlier run of \(run.definition) ended well")
      return
    }
    let ended = good.times?.endTime.map { ", " + ago($0) } ?? ""
    heading("since \(good.name), which ended well\(ended)")
    if failure.differences.isEmpty { terminal.line("nothing that is recorded differs") }
    for difference in failure.differences { terminal.line(Self.sentence(difference)) }
  }

  private func heading(_ text: String) {
    Terminal.standard.line()
    Terminal.standard.line(Terminal.standard.styled(text, .dim))
  }

  /// What the cause says of its end, and in which attempt.
  private static func error(of run: Run) -> [String] {
    var texts = reason(of: run)
    if texts.isEmpty { texts.append("It gave no reason.") }
    if run.attempt > 1 { texts.append("in attempt \(run.attempt)") }
    return texts
  }

  /// What a run says of its end; empty when that is nothing.
  private static func reason(of run: Run) -> [String] {
    var texts: [String] = []
    switch run.state?.detail {
    case .failed(let failed):
      let text = [failed.errorType, failed.errorMessage].filter { !$0.isEmpty }
      texts.append(text.joined(separator: ": "))
    case .crashed(let crashed):
      if crashed.signal != 0 { texts.append("ended by signal \(crashed.signal)") }
      if crashed.exitCode != 0 { texts.append("exit code \(crashed.exitCode)") }
      texts.append(crashed.note)
      if crashed.presumptive { texts.append("its process was silent for longer than its lease") }
    default: break
    }
    texts.append(run.state?.message ?? "")
    return texts.filter { !$0.isEmpty }
  }

  private static func sentence(_ difference: RunDifference) -> String {
    if difference.subject == "running_time" {
      return "running_time was \(difference.before) s, now \(difference.after) s"
    }
    return switch difference.change {
    case .added: "\(difference.subject) is new: \(difference.after)"
    case .removed: "\(difference.subject) is gone: it was \(difference.before)"
    default: "\(difference.subject) was \(difference.before), now \(difference.after)"
    }
  }
}
