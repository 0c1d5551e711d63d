// Decides what is read of an event that Prefect's client sends.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// An event of a client.
struct ClientEvent: Sendable {
  /// The event as Martlet stores it.
  let event: MartletProto.Event
  /// What it says of a task run that the client runs itself; nil for any other event.
  let taskRun: TaskRunEvent?

  /// Reads an event; nil for what is none.
  init?(_ text: String) {
    guard let json = try? JSON(parsing: text) else { return nil }
    self.init(json)
  }

  /// Reads an event; nil for what is none.
  init?(_ json: JSON) {
    guard let name = json["event"]?.text,
      let id = json["id"]?.text.flatMap({ UUIDValue(anyForm: $0) }),
      case .object(let labels)? = json["resource"]
    else { return nil }
    var event = MartletProto.Event()
    event.id = id.text
    event.name = name
    event.time = json["occurred"]?.instant?.timestamp
    event.follows = json["follows"]?.text ?? ""
    event.resource = EventResource(labels)
    if case .array(let related)? = json["related"] {
      event.related = related.compactMap { resource in
        guard case .object(let labels) = resource else { return nil }
        return EventResource(labels)
      }
    }
    if case .object(let payload)? = json["payload"] { event.payload = JSONObject(payload) }
    self.event = event
    taskRun = TaskRunEvent(json)
  }
}

extension EventResource {
  /// A resource of Prefect's: its id and role are labels among others.
  fileprivate init(_ labels: JSONMembers) {
    self.init()
    for (name, value) in labels.pairs {
      guard let text = value.text else { continue }
      switch name {
      case "prefect.resource.id": id = text
      case "prefect.resource.role": role = text
      default: self.labels[name] = text
      }
    }
  }
}

/// What an event says of a task run: that it has a state.
struct TaskRunEvent: Sendable {
  /// The run.
  let runID: UUIDValue
  /// The event, and the state.
  let id: UUIDValue
  /// The event before it, of the same run.
  let follows: UUIDValue?
  /// The state.
  let state: MartletProto.State
  /// The run, for the first event of it that is heard.
  let run: NewTaskRun

  private static let prefix = "prefect.task-run."

  /// Reads an event about a task run that the client orchestrates; nil for any other.
  init?(_ json: JSON) {
    guard json["event"]?.text?.hasPrefix(Self.prefix) == true, let resource = json["resource"],
      resource["prefect.orchestration"]?.text == "client",
      let name = resource["prefect.resource.id"]?.text, name.hasPrefix(Self.prefix),
      let runID = UUIDValue(text: name.dropFirst(Self.prefix.count)),
      let id = json["id"]?.text.flatMap({ UUIDValue(anyForm: $0) }),
      let told = json["payload"]?["validated_state"], let task = json["payload"]?["task_run"],
      let type = told["type"]?.text.flatMap(Shape.StateType.init(rawValue:))
    else { return nil }
    self.runID = runID
    self.id = id
    follows = json["follows"]?.text.flatMap { UUIDValue(anyForm: $0) }
    let details = told["state_details"].flatMap { try? Shape.StateDetails($0, at: []) }
    let data = told["data"].flatMap { $0 == .null ? nil : $0 }
    guard let occurred = json["occurred"]?.instant else { return nil }
    state = MartletProto.State(
      type, name: told["name"]?.text, message: told["message"]?.text?.prefix(bytes: 16 << 10),
      details: details, data: data, id: id, observed: occurred)
    run = NewTaskRun(
      id: runID, flowRunID: Self.flowRun(json), name: task["name"]?.text,
      taskKey: task["task_key"]?.text ?? "task", dynamicKey: task["dynamic_key"]?.text ?? "",
      version: task["task_version"]?.text,
      retries: task["empirical_policy"]?["retries"].flatMap { try? Int($0, at: []) },
      tags: task["tags"].flatMap { try? [String]($0, at: []) } ?? [],
      labels: task["labels"].flatMap { try? [String: JSON]($0, at: []) } ?? [:],
      inputs: task["task_inputs"].flatMap { try? [String: [JSON]]($0, at: []) } ?? [:])
  }

  /// The flow run that a task run belongs to; it is named as a related resource.
  private static func flowRun(_ json: JSON) -> UUIDValue? {
    guard case .array(let related)? = json["related"] else { return nil }
    for resource in related where resource["prefect.resource.role"]?.text == "flow-run" {
      return resource["prefect.resource.id"]?.text.flatMap { name in
        UUIDValue(text: name.dropFirst("prefect.flow-run.".count))
      }
    }
    return nil
  }
}

extension JSON {
  /// A text; nil for anything else.
  var text: String? {
    if case .string(let text) = self { text.text } else { nil }
  }

  /// A time; nil for anything else.
  fileprivate var instant: Instant? { Instant(anyForm: self) }
}
