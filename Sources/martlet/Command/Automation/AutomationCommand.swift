// Decides what can be done with automations from the command line, and how one is named there.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct AutomationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "automation",
    abstract: "Do something whenever something happens, or does not happen in time.",
    discussion: """
      An automation has a trigger over events, and actions. A file says what it is, as YAML or JSON:
        name: tell about failures
        trigger: {posture: Reactive, expect: [martlet.flow-run.Failed]}
        actions: [{type: send-notification, block_document_id: ID, body: "{{ flow_run.name }} failed"}]
      Try it on what happened lately before it is created:
        martlet automation test -f failures.yaml --window 24h
        martlet automation create -f failures.yaml
      """,
    subcommands: [
      ListAutomations.self, GetAutomation.self, CreateAutomation.self, UpdateAutomation.self,
      PauseAutomation.self, ResumeAutomation.self, TestAutomation.self, DeleteAutomation.self,
    ])
}

/// An automation named on the command line.
struct AutomationReference: ParsableArguments {
  @Argument(help: "The automation: its name, or its id.")
  var automation: String
}

extension Connection {
  /// The automation that a name or an id means.
  ///
  /// - Throws: `Status` when there is none, or several have the name.
  func automation(_ name: String) async throws -> Automation {
    var found: [Automation] = []
    if name.utf8.count == 36, name.utf8.count(where: { $0 == UInt8(ascii: "-") }) == 4 {
      let request = GetAutomationRequest(namespace: namespace, id: name)
      found += try await client.automations.getAutomation(request).automation.map { [$0] } ?? []
    } else {
      var request = ListAutomationsRequest()
      request.namespace = namespace
      request.filter = AutomationFilter(names: [name])
      found = try await client.automations.listAutomations(request).automations
    }
    guard let first = found.first else {
      throw Status(.notFound, "there is no automation \"\(name)\": see martlet automation ls")
    }
    guard found.count == 1 else {
      let ids = found.map(\.id).joined(separator: ", ")
      throw Status(
        .failedPrecondition,
        "\(found.count) automations are called \"\(name)\": give the id of one: \(ids)")
    }
    return first
  }

  /// Prints an automation after something was done with it.
  func show(
    _ automation: Automation?, _ message: some Message, as output: Format, done: String
  ) throws {
    switch output {
    case .document(let notation): try notation.print(message)
    case .name: Terminal.standard.line(automation?.id ?? "")
    case .table: Terminal.standard.line("\(done) automation '\(automation?.name ?? "")'.")
    }
  }
}
