// Decides how automations are listed and shown, and what one would have done.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct ListAutomations: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List automations by name.")
  @Option(help: "Only automations with this tag; several times for all of several.")
  var tag: [String] = []
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListAutomationsRequest()
      request.namespace = connection.namespace
      request.filter = AutomationFilter(tags: tag)
      var response = ListAutomationsResponse()
      repeat {
        let page = try await connection.client.automations.listAutomations(request)
        response.automations += page.automations
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for automation in response.automations { Terminal.standard.line(automation.id) }
      case .table:
        var table = Table("automation", "state", "actions", "tags", "updated", "id")
        for automation in response.automations {
          table.append(
            .init(automation.name, .bold), .init(automation.paused ? "paused" : "active"),
            .init(automation.actions.map(\.actionType).joined(separator: ",")),
            .init(automation.tags.joined(separator: ","), .dim),
            .init(automation.updateTime.map(ago) ?? "-"), .init(automation.id, .dim))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct GetAutomation: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show all there is about an automation.")
  @OptionGroup var reference: AutomationReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let automation = try await connection.automation(reference.automation)
      switch format.output {
      case .document(let notation):
        try notation.print(GetAutomationResponse(automation: automation))
      case .name: Terminal.standard.line(automation.id)
      case .table:
        let terminal = Terminal.standard
        func field(_ name: String, _ value: String, _ style: Style? = nil) {
          guard !value.isEmpty else { return }
          let padding = String(repeating: " ", count: max(1, 13 - name.count))
          terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
        }
        func text(_ object: JSONObject) -> String {
          (try? JSONValue.object(object).jsonText()) ?? ""
        }
        field("automation", automation.name, .bold)
        field("id", automation.id)
        field("state", automation.paused ? "paused" : "active")
        field("description", automation.description)
        field("tags", automation.tags.joined(separator: ", "))
        field("owner", automation.ownerResource)
        field("trigger", automation.trigger.map(text) ?? "")
        for action in automation.actions { field("action", text(action)) }
        for action in automation.actionsOnTrigger { field("on trigger", text(action)) }
        for action in automation.actionsOnResolve { field("on resolve", text(action)) }
        field(
          "created", automation.createTime.map { "\(ago($0)) by \(automation.createdBy)" } ?? "")
        field(
          "updated", automation.updateTime.map { "\(ago($0)) by \(automation.updatedBy)" } ?? "")
        field("etag", automation.etag)
      }
      return nil
    }
  }
}

extension JSONObject {
  /// What an action is called.
  fileprivate var actionType: String {
    if case .string(let type)? = self["type"] { type } else { "?" }
  }
}
