// Decides how an event of Martlet's is told to Prefect's client: a transition of a run as the change of state that Prefect
// would tell of, with what the run has to do with; what programs published as it came.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// An event in Prefect's words.
struct WatchedEvent: Sendable {
  /// What happened.
  let name: String
  /// Its id.
  let id: UUIDValue
  /// When it happened, in microseconds.
  let time: Instant
  /// The labels of what it happened to, the id among them.
  let resource: [String: String]
  /// The labels of what else it has to do with.
  let related: [[String: String]]
  private let payload: JSON
  private let follows: UUIDValue?

  /// Martlet's prefix of the names of its own events, and Prefect's.
  static let prefixes = (martlet: "martlet.", prefect: "prefect.")

  /// The label that holds the id of a resource.
  static let idLabel = "prefect.resource.id"
  private static let roleLabel = "prefect.resource.role"
  private static let nameLabel = "prefect.resource.name"

  /// Whether an event is the transition of a run.
  static func isTransition(_ event: MartletProto.Event) -> Bool {
    event.name.hasPrefix(prefixes.martlet) && event.id.contains("/")
  }

  /// What a program published.
  init?(published event: MartletProto.Event) {
    guard let id = UUIDValue(text: event.id), let resource = event.resource else { return nil }
    name = event.name
    self.id = id
    time = event.time.map(Instant.init) ?? .epoch
    self.resource = Self.labels(resource)
    related = event.related.map(Self.labels)
    payload = event.payload?.plain ?? .object([])
    follows = UUIDValue(text: event.follows)
  }

  /// A transition of a run.
  ///
  /// - Parameter origin: what the run is a run of.
  init?(transition event: MartletProto.Event, of origin: RunRelations) {
    let parts = event.id.split(separator: "/")
    guard parts.count == 2, let revision = Int64(parts[1]) else { return nil }
    let run = String(parts[0])
    name = Self.prefixes.prefect + event.name.dropFirst(Self.prefixes.martlet.count)
    id = .derived(from: ["prefect state", run, "\(revision)"])
    follows =
      revision > 1 ? .derived(from: ["prefect state", run, "\(revision - 1)"]) : nil
    time = event.time.map(Instant.init) ?? .epoch
    let to = event.payload?.plain["to"]
    let type = to?["type"]?.text ?? ""
    let kind = event.name.hasPrefix("martlet.task-run.") ? "task-run" : "flow-run"
    var resource = [
      Self.idLabel: "prefect.\(kind).\(run)",
      Self.nameLabel: event.resource?.labels["name"] ?? "",
    ]
    if !type.isEmpty {
      resource["prefect.state-type"] = type
      resource["prefect.state-name"] = to?["name"]?.text ?? ""
      resource["prefect.state-message"] = event.payload?.plain["message"]?.text ?? ""
      resource["prefect.state-timestamp"] = time.rfc3339
      if let attempt = event.payload?.plain["attempt"]?.description {
        resource["prefect.run-count"] = attempt
      }
    }
    self.resource = resource
    related = origin.resources
    payload = StateChange(event)?.payload ?? .object([])
  }

  /// The event as a body holds it.
  var json: JSON {
    .object([
      ("occurred", time.json), ("event", .text(name)), ("resource", Self.json(resource)),
      ("related", .array(related.map(Self.json))), ("payload", payload), ("id", id.json),
      ("follows", follows?.json ?? .null), ("received", time.json),
    ])
  }

  /// The labels of a thing that a run has to do with.
  static func related(_ kind: String, _ id: String, name: String) -> [String: String] {
    [idLabel: "prefect.\(kind).\(id)", roleLabel: kind, nameLabel: name]
  }

  private static func labels(_ resource: MartletProto.EventResource) -> [String: String] {
    var labels = resource.labels
    labels[idLabel] = resource.id
    if !resource.role.isEmpty { labels[roleLabel] = resource.role }
    return labels
  }

  private static func json(_ labels: [String: String]) -> JSON {
    labels.mapValues { JSON.text($0) }.json
  }
}

/// What a run has to do with: its flow, its deployment, its pool and queue, its tags. It never changes.
struct RunRelations: Sendable {
  /// The labels of each.
  let resources: [[String: String]]

  /// A run of which nothing is known.
  static let none = RunRelations(resources: [])
}
