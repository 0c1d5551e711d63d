// Decides how an event is shown to Prefect: transitions of runs under the names and resources that its own server gives them.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Shape.ReceivedEvent {
  private static let runs = ["flow-run", "task-run"]

  /// An event as Prefect has it.
  init(_ event: MartletProto.Event) {
    var event = event
    var name = event.name
    var resource = event.resource ?? EventResource()
    if let kind = Self.runs.first(where: { name.hasPrefix("martlet.\($0).") }) {
      name = "prefect" + name.dropFirst("martlet".count)
      resource.id = "prefect.\(kind).\(event.runID)"
      resource.labels["prefect.resource.name"] = resource.labels["name"] ?? ""
      let to = event.payload?["to"]?.plain
      resource.labels["prefect.state-name"] = to?["name"]?.text
      resource.labels["prefect.state-type"] = to?["type"]?.text
      resource.labels["prefect.state-message"] = event.payload?["message"]?.plain.text ?? ""
      resource.labels["prefect.state-timestamp"] = event.time.map { Instant($0).rfc3339 }
      resource.labels["prefect.run-count"] = event.payload?["attempt"]?.plain.description
    } else if name.hasPrefix("martlet.automation.") {
      name = "prefect" + name.dropFirst("martlet".count)
      resource.id = Self.name(of: resource.id)
      for place in event.related.indices {
        event.related[place].id = Self.name(of: event.related[place].id)
      }
    }
    self.init(
      occurred: event.time.map(Instant.init) ?? .epoch, event: name,
      resource: Self.labels(of: resource), id: Self.id(event.id))
    related = event.related.map(Self.labels)
    payload = StateChange(event)?.payload ?? event.payload?.plain ?? .object([])
    follows = event.follows.isEmpty ? nil : Self.id(event.follows)
    received = (event.receiveTime ?? event.time).map(Instant.init)
  }

  /// The id of an event; that of a transition follows from its run and revision.
  private static func id(_ text: String) -> UUIDValue {
    UUIDValue(text: text) ?? .derived(from: ["prefect event", text])
  }

  /// The id of a resource of Martlet's.
  private static func name(of id: String) -> String {
    guard id.hasPrefix("martlet.") else { return id }
    let start = "martlet.event."
    if id.hasPrefix(start) {
      return "prefect.event.\(Self.id(String(id.dropFirst(start.count))).text)"
    }
    return "prefect" + id.dropFirst("martlet".count)
  }

  /// A resource as Prefect writes it: labels, with its id and role among them.
  private static func labels(of resource: EventResource) -> JSON {
    var labels = JSONMembers([("prefect.resource.id", .text(resource.id))])
    if !resource.role.isEmpty {
      labels.set("prefect.resource.role", to: .text(resource.role))
    }
    for (name, value) in resource.labels.sorted(by: { $0.key < $1.key }) {
      labels.set(JSONText(name), to: .text(value))
    }
    return .object(labels)
  }

  /// What it happened to.
  var resourceID: String { resource["prefect.resource.id"]?.text ?? "" }
}
