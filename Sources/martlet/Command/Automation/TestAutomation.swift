// Decides how what an automation would have done lately is shown.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct TestAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Say when an automation would have fired lately, and what it would have done.",
    discussion: "Nothing is done, and nothing is kept: the events that are stored are looked at.")
  @Argument(help: "One that is there: its name, or its id.")
  var automation: String?
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: "A file that says what it is to be, as YAML or JSON.")
  var file: String?
  @Option(help: "How far back: \"10 min\", 1h30m, 7d; at most a week.")
  var window = "1h"
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (automation == nil) != (file == nil) else {
      throw ValidationError("give an automation, or a file that says what one is to be")
    }
    guard StartTime.length(window) != nil else {
      throw ValidationError("--window takes a length such as 24h, not \"\(window)\"")
    }
  }

  func run() async throws {
    var request = TestAutomationRequest()
    request.window = .microseconds(StartTime.length(window) ?? 0)
    if let file {
      let said = try AutomationFile.read(file)
      guard said.count == 1 else {
        return try TextFile.refuse("\(file) has several automations in it")
      }
      request.automation = said[0]
    }
    try await Connection.use(connection) { connection in
      var request = request
      request.namespace = connection.namespace
      if let automation { request.id = try await connection.automation(automation).id }
      let response = try await connection.client.automations.testAutomation(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for firing in response.firings { Terminal.standard.line(firing.eventID) }
      case .table: try show(response)
      }
      return nil
    }
  }

  private func show(_ response: TestAutomationResponse) throws {
    let terminal = Terminal.standard
    for firing in response.firings {
      let labels = firing.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let about = [firing.event.isEmpty ? "nothing came" : firing.event] + labels
      terminal.line(
        terminal.styled(firing.time.map(ago) ?? "-", .bold) + "  "
          + about.joined(separator: "  "))
      for action in firing.actions {
        terminal.line("  " + terminal.styled(try JSONValue.object(action).jsonText(), .dim))
      }
    }
    let more = response.truncated ? " (there were more, which were not looked at)" : ""
    terminal.line(
      "It would have fired \(response.firingCount) times, at \(response.eventCount) events\(more).")
  }
}
