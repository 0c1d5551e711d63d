// Decides what automations can do, and on what.

/// Something that an automation does when it fires.
public enum AutomationAction: Sendable, Equatable {
  /// What it is done to.
  public enum Target: Sendable, Equatable {
    /// This one.
    case selected(UUIDValue)
    /// The one that the event has to do with.
    case inferred
  }

  /// Nothing.
  case doNothing
  /// A run of a deployment is created. Texts in the parameters may be templates.
  case runDeployment(Target, parameters: JSON, jobVariables: JSON, delay: Interval)
  /// A deployment is paused, or goes on.
  case pauseDeployment(Target, Bool)
  /// A work pool is paused, or goes on.
  case pausePool(Target, Bool)
  /// A work queue is paused, or goes on.
  case pauseQueue(Target, Bool)
  /// An automation is paused, or goes on.
  case pauseAutomation(Target, Bool)
  /// The run that the event has to do with is asked to stop.
  case cancelRun
  /// It is paused.
  case suspendRun
  /// Its pause ends.
  case resumeRun
  /// It is deleted.
  case deleteRun
  /// It is given a state.
  case changeState(type: StateType, name: String, message: String, force: Bool)
  /// Somebody is told, by way of a block. Both texts may be templates.
  case sendNotification(block: UUIDValue, subject: String, body: String)
  /// A webhook that a block describes is called. The payload may be a template.
  case callWebhook(block: UUIDValue, payload: String)
  /// One that is known and that this server cannot do.
  case unsupported(String)

  /// Most actions of an automation.
  public static let most = 20

  /// The action's type, as it is written.
  public static func type(of json: JSON) -> String {
    if case .string(let type)? = json["type"] { type.text } else { "" }
  }

  /// Reads an action.
  public init(_ json: JSON, _ field: String) throws(InvalidValue) {
    guard case .object = json else { throw InvalidValue(field, "must be an object") }
    switch Self.type(of: json) {
    case "do-nothing": self = .doNothing
    case "run-deployment":
      self = .runDeployment(
        try Self.target(json, "deployment_id", field),
        parameters: try Self.object(json["parameters"], "\(field).parameters"),
        jobVariables: try Self.object(json["job_variables"], "\(field).job_variables"),
        delay: try TriggerReader.interval(json["schedule_after"], "\(field).schedule_after")
          ?? .zero)
    case "pause-deployment":
      self = .pauseDeployment(try Self.target(json, "deployment_id", field), true)
    case "resume-deployment":
      self = .pauseDeployment(try Self.target(json, "deployment_id", field), false)
    case "pause-work-pool": self = .pausePool(try Self.target(json, "work_pool_id", field), true)
    case "resume-work-pool": self = .pausePool(try Self.target(json, "work_pool_id", field), false)
    case "pause-work-queue": self = .pauseQueue(try Self.target(json, "work_queue_id", field), true)
    case "resume-work-queue":
      self = .pauseQueue(try Self.target(json, "work_queue_id", field), false)
    case "pause-automation":
      self = .pauseAutomation(try Self.target(json, "automation_id", field), true)
    case "resume-automation":
      self = .pauseAutomation(try Self.target(json, "automation_id", field), false)
    case "cancel-flow-run": self = .cancelRun
    case "suspend-flow-run": self = .suspendRun
    case "resume-flow-run": self = .resumeRun
    case "delete-flow-run": self = .deleteRun
    case "change-flow-run-state":
      guard let word = try TriggerReader.text(json["state"], "\(field).state"),
        let state = StateType.allCases.first(where: { $0.description == word })
      else { throw InvalidValue("\(field).state", "must be a state such as CANCELLED") }
      self = .changeState(
        type: state, name: try TriggerReader.text(json["name"], "\(field).name") ?? "",
        message: try TriggerReader.text(json["message"], "\(field).message") ?? "",
        force: json["force"] == .bool(true))
    case "send-notification":
      self = .sendNotification(
        block: try Self.block(json, field),
        subject: try Self.template(json, "subject", field) ?? "Prefect automated notification",
        body: try Self.template(json, "body", field) ?? "")
    case "call-webhook":
      self = .callWebhook(
        block: try Self.block(json, field),
        payload: try Self.template(json, "payload", field) ?? "")
    case "declare-incident": self = .unsupported("declare-incident")
    case let type: throw InvalidValue("\(field).type", "is \"\(type)\", which is no action")
    }
    switch self {
    case .changeState: try checkTemplates("\(field).message")
    case .runDeployment: try checkTemplates("\(field).parameters")
    default: break
    }
  }

  /// Whether it waits for others, outside: it is not to hold up those that do not.
  public static func isOutgoing(_ json: JSON) -> Bool {
    ["send-notification", "call-webhook"].contains(type(of: json))
  }

  private static func block(_ json: JSON, _ field: String) throws(InvalidValue) -> UUIDValue {
    guard let id = try TriggerReader.id(json["block_document_id"], "\(field).block_document_id")
    else { throw InvalidValue("\(field).block_document_id", "is required") }
    return id
  }

  private static func target(
    _ json: JSON, _ name: String, _ field: String
  ) throws(InvalidValue) -> Target {
    switch try TriggerReader.text(json["source"], "\(field).source") ?? "selected" {
    case "inferred": return .inferred
    case "selected":
      guard let id = try TriggerReader.id(json[name], "\(field).\(name)") else {
        throw InvalidValue("\(field).\(name)", "is required where the source is selected")
      }
      return .selected(id)
    default: throw InvalidValue("\(field).source", "must be selected or inferred")
    }
  }

  private static func object(_ json: JSON?, _ field: String) throws(InvalidValue) -> JSON {
    switch json {
    case nil, .null?: return .object(JSONMembers())
    case .object?: return json ?? .null
    default: throw InvalidValue(field, "must be an object")
    }
  }
}
