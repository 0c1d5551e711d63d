// Decides how Prefect's automations are those of Martlet: the same ids, triggers and actions.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// Whether a text is a template; where it is none, why.
  static func checkTemplate(_ body: JSON) -> PrefectResponse {
    guard case .string(let source) = body else { return PrefectResponse(status: 204, body: .null) }
    do throws(TemplateFault) {
      _ = try Template(source.text)
      return PrefectResponse(status: 204, body: .null)
    } catch {
      let told = JSON.object([
        ("line", .null), ("message", .text(error.description)), ("source", body),
      ])
      return PrefectResponse(status: 422, body: .object([("error", told)]))
    }
  }

  func createAutomation(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.AutomationCreate = try request.body()
    var automation = MartletProto.Automation()
    automation.id = RunID.timeOrdered().description
    automation.name = asked.name
    automation.description = asked.description ?? ""
    automation.paused = !(asked.enabled ?? true)
    automation.tags = asked.tags ?? []
    automation.trigger = try Self.trigger(asked.trigger, of: automation.id)
    automation.actions = try Self.actions(asked.actions, "actions")
    automation.actionsOnTrigger = try Self.actions(asked.actionsOnTrigger, "actions_on_trigger")
    automation.actionsOnResolve = try Self.actions(asked.actionsOnResolve, "actions_on_resolve")
    automation.ownerResource = asked.ownerResource ?? ""
    let made = try await services.automations.createAutomation(
      CreateAutomationRequest(automation: automation), context: request.context)
    return .created(try Shape.Automation(made.automation ?? automation))
  }

  func readAutomation(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await finding {
      let found = try await services.automations.getAutomation(
        GetAutomationRequest(id: try request.id().text), context: request.context)
      return .ok(try Shape.Automation(found.automation ?? MartletProto.Automation()))
    }
  }

  func updateAutomation(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.AutomationUpdate = try request.body()
    var automation = MartletProto.Automation(id: try request.id().text)
    automation.name = asked.name
    automation.description = asked.description ?? ""
    automation.paused = !(asked.enabled ?? true)
    automation.tags = asked.tags ?? []
    automation.trigger = try Self.trigger(asked.trigger, of: automation.id)
    automation.actions = try Self.actions(asked.actions, "actions")
    automation.actionsOnTrigger = try Self.actions(asked.actionsOnTrigger, "actions_on_trigger")
    automation.actionsOnResolve = try Self.actions(asked.actionsOnResolve, "actions_on_resolve")
    let paths = [
      "name", "description", "paused", "tags", "trigger", "actions", "actions_on_trigger",
      "actions_on_resolve",
    ]
    return try await change(automation, paths, request)
  }

  func patchAutomation(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.AutomationPartialUpdate = try request.body()
    var automation = MartletProto.Automation(id: try request.id().text)
    automation.paused = !(asked.enabled ?? true)
    return try await change(automation, ["paused"], request)
  }

  func deleteAutomation(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await finding {
      _ = try await services.automations.deleteAutomation(
        DeleteAutomationRequest(id: try request.id().text), context: request.context)
      return .done
    }
  }

  private func change(
    _ automation: MartletProto.Automation, _ paths: [String], _ request: PrefectRequest
  ) async throws -> PrefectResponse {
    try await finding {
      _ = try await services.automations.updateAutomation(
        UpdateAutomationRequest(automation: automation, updateMask: FieldMask(paths: paths)),
        context: request.context)
      return .done
    }
  }

  private func finding(
    _ body: () async throws -> PrefectResponse
  ) async throws -> PrefectResponse {
    do { return try await body() } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Automation not found")
    }
  }

  /// A trigger with an id, which Prefect gives each.
  private static func trigger(_ json: JSON, of automation: String) throws -> JSONObject {
    guard case .object(var members) = json else {
      throw ShapeFault(
        location: ["body", "trigger"], message: "Input should be a valid dictionary",
        type: "dict_type")
    }
    identify(&members, ["trigger", automation], depth: 0)
    return JSONObject(members)
  }

  private static func identify(_ members: inout JSONMembers, _ place: [String], depth: Int) {
    if members["id"] ?? .null == .null {
      members.set("id", to: .text(UUIDValue.derived(from: place).text))
    }
    guard depth < Trigger.deepest, case .array(let parts)? = members["triggers"] else { return }
    let named = parts.enumerated().map { index, part in
      guard case .object(var members) = part else { return part }
      identify(&members, place + ["\(index)"], depth: depth + 1)
      return JSON.object(members)
    }
    members.set("triggers", to: .array(named))
  }

  private static func actions(_ list: [JSON]?, _ field: String) throws -> [JSONObject] {
    try (list ?? []).enumerated().map { index, json in
      guard case .object(let members) = json else {
        throw ShapeFault(
          location: ["body", field, "\(index)"], message: "Input should be a valid dictionary",
          type: "dict_type")
      }
      return JSONObject(members)
    }
  }
}

extension Shape.Automation {
  /// An automation of Martlet's.
  init(_ automation: MartletProto.Automation) throws(PrefectFailure) {
    guard let id = UUIDValue(text: automation.id), let trigger = automation.trigger?.plain else {
      throw PrefectFailure(500, "an automation without an id or a trigger")
    }
    self.init(
      name: automation.name, trigger: trigger, actions: automation.actions.map(\.plain), id: id)
    description = automation.description
    enabled = !automation.paused
    tags = automation.tags
    actionsOnTrigger = automation.actionsOnTrigger.map(\.plain)
    actionsOnResolve = automation.actionsOnResolve.map(\.plain)
    created = automation.createTime.map(Instant.init)
    updated = automation.updateTime.map(Instant.init)
  }
}
