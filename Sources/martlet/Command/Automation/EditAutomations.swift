// Decides how automations are created, changed, paused and deleted.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct CreateAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create the automations of a file.")
  @OptionGroup var file: AutomationFile
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let automations = try file.read()
    try await Connection.use(connection) { connection in
      for var automation in automations {
        automation.id = Identifier.timeOrdered()
        let response = try await connection.client.automations.createAutomation(
          CreateAutomationRequest(namespace: connection.namespace, automation: automation))
        try connection.show(
          response.automation, response, as: format.output, done: "Created")
      }
      return nil
    }
  }
}

struct UpdateAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Make an automation what a file says.")
  @OptionGroup var reference: AutomationReference
  @OptionGroup var file: AutomationFile
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let automations = try file.read()
    guard automations.count == 1 else {
      return try TextFile.refuse("\(file.file) has several automations in it")
    }
    try await Connection.use(connection) { connection in
      let there = try await connection.automation(reference.automation)
      var automation = automations[0]
      automation.id = there.id
      if automation.name.isEmpty { automation.name = there.name }
      let fields = [
        "name", "description", "paused", "tags", "trigger", "actions", "actions_on_trigger",
        "actions_on_resolve",
      ]
      let response = try await connection.client.automations.updateAutomation(
        UpdateAutomationRequest(
          namespace: connection.namespace, automation: automation,
          updateMask: FieldMask(paths: fields)))
      try connection.show(response.automation, response, as: format.output, done: "Updated")
      return nil
    }
  }
}

struct PauseAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let an automation see no events.")
  @OptionGroup var reference: AutomationReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      try await connection.pause(reference, true, format.output)
    }
  }
}

struct ResumeAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a paused automation see events again, from now on.")
  @OptionGroup var reference: AutomationReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      try await connection.pause(reference, false, format.output)
    }
  }
}

extension Connection {
  fileprivate func pause(
    _ reference: AutomationReference, _ isPaused: Bool, _ output: Format
  ) async throws -> ExitStatus? {
    let there = try await automation(reference.automation)
    var change = Automation(id: there.id)
    change.paused = isPaused
    let response = try await client.automations.updateAutomation(
      UpdateAutomationRequest(
        namespace: namespace, automation: change, updateMask: FieldMask(paths: ["paused"])))
    try show(
      response.automation, response, as: output, done: isPaused ? "Paused" : "Resumed")
    return nil
  }
}

struct DeleteAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete an automation, and what it has not done yet.")
  @OptionGroup var reference: AutomationReference
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let there = try await connection.automation(reference.automation)
      _ = try await connection.client.automations.deleteAutomation(
        DeleteAutomationRequest(namespace: connection.namespace, id: there.id))
      return nil
    }
  }
}
