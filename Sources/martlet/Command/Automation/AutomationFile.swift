// Decides how a file says what automations are: as the API does, one or several, in YAML or JSON; Prefect's word for those that
// are not paused is understood too.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto
import MartletWire

/// A file of automations.
struct AutomationFile: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file"), .customLong("from-file")],
    help:
      "The file that says what it is, as YAML or JSON: one, or a list, or a list called automations."
  )
  var file: String

  /// What the file says. When it cannot be read, tells why and leaves.
  func read() throws -> [Automation] { try Self.read(file) }

  /// What a file says. When it cannot be read, tells why and leaves.
  static func read(_ file: String) throws -> [Automation] {
    try AutomationReader(file: file).read()
  }
}

/// Reads a file of automations.
private struct AutomationReader {
  let file: String

  private static let fields = [
    "name", "description", "paused", "enabled", "tags", "trigger", "actions", "actions_on_trigger",
    "actions_on_resolve", "owner_resource",
  ]

  func read() throws -> [Automation] {
    let text = try TextFile.read(file)
    let json: JSON
    do throws(YAMLFault) { json = try YAMLTree(text).json } catch {
      return try TextFile.refuse(
        "\(file)\(error.line.map { ":\($0)" } ?? ""): \(error.problem)")
    }
    let list: [JSON] =
      switch (json, json["automations"]) {
      case (.array(let items), _): items
      case (_, .array(let items)?): items
      default: [json]
      }
    guard !list.isEmpty else { return try TextFile.refuse("\(file) has no automation in it") }
    return try list.map(automation)
  }

  private func automation(_ json: JSON) throws -> Automation {
    guard case .object(let members) = json else {
      return try TextFile.refuse("\(file) has an automation that is no object")
    }
    if let unknown = members.pairs.first(where: { !Self.fields.contains($0.name) }) {
      return try TextFile.refuse(
        "\(file): \"\(unknown.name)\" is no field of an automation: \(Self.fields.joined(separator: ", ")) are"
      )
    }
    var automation = Automation()
    automation.name = try text(json["name"], "name")
    automation.description = try text(json["description"], "description")
    automation.ownerResource = try text(json["owner_resource"], "owner_resource")
    automation.paused =
      try flag(json["paused"], "paused") ?? flag(json["enabled"], "enabled").map { !$0 } ?? false
    automation.tags = try list(json["tags"], "tags").map { try text($0, "tags") }
    if let trigger = json["trigger"] { automation.trigger = try object(trigger, "trigger") }
    automation.actions = try list(json["actions"], "actions").map { try object($0, "actions") }
    automation.actionsOnTrigger = try list(json["actions_on_trigger"], "actions_on_trigger")
      .map { try object($0, "actions_on_trigger") }
    automation.actionsOnResolve = try list(json["actions_on_resolve"], "actions_on_resolve")
      .map { try object($0, "actions_on_resolve") }
    return automation
  }

  private func text(_ json: JSON?, _ field: String) throws -> String {
    switch json {
    case nil, .null?: return ""
    case .string(let text)?: return text.text
    case .number(let number)?: return number.description
    default: return try TextFile.refuse("\(file): \(field) must be a text")
    }
  }

  private func flag(_ json: JSON?, _ field: String) throws -> Bool? {
    switch json {
    case nil, .null?: return nil
    case .bool(let flag)?: return flag
    default: return try TextFile.refuse("\(file): \(field) must be true or false")
    }
  }

  private func list(_ json: JSON?, _ field: String) throws -> [JSON] {
    switch json {
    case nil, .null?: return []
    case .array(let items)?: return items
    default: return try TextFile.refuse("\(file): \(field) must be a list")
    }
  }

  private func object(_ json: JSON, _ field: String) throws -> JSONObject {
    guard case .object(let members) = json else {
      return try TextFile.refuse("\(file): \(field) must be an object, or a list of some")
    }
    return JSONObject(members)
  }
}
